#include "sim/object_store.hpp"

#include <algorithm>
#include <utility>

namespace sim {

bool ObjectStore::refuse() {
  count(coverage_, "uploads_refused");
  count(coverage_, "stale_token_refused");
  return false;
}

void ObjectStore::violate(const char* check, std::string what) {
  if (!violation_) violation_ = Violation{check, std::move(what)};
}

bool ObjectStore::begin(const std::string& name, lock::Token token, Time read_at) {
  auto& object = objects_[name];
  if (token < object.highest) return refuse();
  if (object.known_done && *object.known_done < read_at) {
    violate("each_once",
            name + " is uploaded again with token " + std::to_string(token.value) +
                " though its client asked for the record after another had been told that it is done");
  }
  if (token == object.highest) {
    violate("fence_monotonic_at_store",
            "two uploads of " + name + " carry token " + std::to_string(token.value));
  }
  object.highest = token;
  return true;
}

bool ObjectStore::commit(const std::string& name, lock::Token token) {
  auto& object = objects_[name];
  if (token < object.highest) return refuse();
  if (!object.copies.empty() && object.copies.back() >= token) {
    violate("fence_monotonic_at_store", "the copy of " + name + " with token " + std::to_string(token.value) +
                                            " follows that with token " +
                                            std::to_string(object.copies.back().value));
  }
  object.copies.push_back(token);
  count(coverage_, "uploads_accepted");
  return true;
}

void ObjectStore::learnt_done(const std::string& name, Time now) {
  auto& object = objects_[name];
  if (believes_records_ && !object.known_done) object.known_done = now;
}

void ObjectStore::stop_believing_records() {
  believes_records_ = false;
  for (auto& [name, object] : objects_) object.known_done.reset();
}

std::optional<Violation> ObjectStore::check_each_once() const {
  for (const auto& [name, object] : objects_) {
    if (object.known_done && object.copies.empty()) {
      return Violation{"each_once", "the record of " + name + " says done, but the store has no copy"};
    }
    if (std::adjacent_find(object.copies.begin(), object.copies.end()) != object.copies.end()) {
      return Violation{"each_once", name + " was uploaded twice with one token"};
    }
  }
  return std::nullopt;
}

}  // namespace sim
