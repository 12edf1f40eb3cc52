// Who wants to be told what happens to which names, and what each of them is to be told. Pure.
//
// What can't be told, since it lies further back than what is kept or is more than one message carries, is
// said to be missing: that watch is to be told the names as they are (lock::Reset), by whoever has them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lock/command.hpp"
#include "core/node/past.hpp"
#include "core/node/ticket.hpp"

namespace node {

class Watches {
 public:
  struct Told {
    Ticket ticket;
    std::string name;                      // as it was asked for
    std::optional<lock::Changes> changes;  // nothing: a Reset
  };

  // `message_bytes`: of one Changes, about.
  explicit Watches(PastBounds bounds = {}, std::size_t message_bytes = 512u << 10)
      : past_(bounds), message_bytes_(message_bytes) {}

  // A name, or the beginning of names with the slash at its end, or nothing for all.
  static base::Status check(const lock::Watch& watch);

  // Nothing up to `index` is known. Only while no watch stands.
  void begin(std::uint64_t index);
  void happened(std::uint64_t index, const std::vector<lock::Event>& events) { past_.add(index, events); }

  // From now on it stands. Answers what it has missed, or nothing: a Reset.
  std::optional<lock::Changes> stand(Ticket ticket, const lock::Watch& watch);
  void leave(Ticket ticket, const std::string& name);
  // All of them, who stand no longer.
  std::vector<Ticket> bounce();

  // What has happened since the last time, to whoever stands: one message each, in the order of what they
  // watch.
  std::vector<Told> tell();

  std::size_t size() const { return size_; }
  const Past& past() const { return past_; }

 private:
  // Up to where it has been told.
  using Standing = std::map<Ticket, std::uint64_t>;
  using ByName = std::map<std::string, Standing, std::less<>>;

  // Those behind `since` that `watched` covers; nothing where that is too much.
  std::optional<lock::Changes> missed(std::string_view watched, std::uint64_t since) const;
  std::vector<ByName::const_iterator> touched() const;

  Past past_;
  std::size_t message_bytes_;
  ByName standing_;  // names and beginnings; no name ends in a slash, so they don't meet
  std::size_t size_ = 0;
  std::uint64_t told_ = 0;  // everybody has been told of everything up to here
};

}  // namespace node
