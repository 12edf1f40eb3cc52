// The resource that the founding story protects: a store of objects that remembers the highest fencing token
// it was shown for each, and refuses any lower one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/lock/types.hpp"
#include "sim/coverage.hpp"
#include "sim/queue.hpp"
#include "sim/violation.hpp"

namespace sim {

class ObjectStore {
 public:
  explicit ObjectStore(Coverage& coverage) : coverage_(coverage) {}

  // An upload begins; `read_at`: when its client asked for the object's status. False: a newer token was
  // here.
  bool begin(const std::string& object, lock::Token token, Time read_at);
  // Its last byte has come: from now on this copy counts, unless a newer token was here.
  bool commit(const std::string& object, lock::Token token);
  // A client has been told that the object's record says done.
  void learnt_done(const std::string& object, Time now);
  // From now on records may be lost: nobody is held to what they said.
  void stop_believing_records();

  const std::optional<Violation>& violation() const { return violation_; }
  // Every object that a client believes to be there is, and every copy had a token of its own.
  std::optional<Violation> check_each_once() const;
  std::size_t objects() const { return objects_.size(); }

 private:
  struct Object {
    lock::Token highest;
    std::vector<lock::Token> copies;  // accepted whole, in their order
    std::optional<Time> known_done;
  };
  bool refuse();
  void violate(const char* check, std::string what);

  Coverage& coverage_;
  std::map<std::string, Object> objects_;
  bool believes_records_ = true;
  std::optional<Violation> violation_;
};

}  // namespace sim
