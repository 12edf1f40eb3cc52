#include "core/wire/image.hpp"

#include <cstdint>
#include <utility>

#include "core/base/check.hpp"
#include "core/wire/archive.hpp"
#include "core/wire/outcome.hpp"

namespace lock {
namespace {

constexpr std::uint64_t kVersion = 1;

// For ever, as those of kTag. They also order the kinds.
enum class Kind : std::uint8_t { head = 1, session = 2, lock = 3, record = 4 };

// A hold as it is written: the description only where no session has it.
struct HoldImage {
  struct Detached {
    LogTime end;
    base::Bytes who;
  };
  Token token;
  SessionId session;
  std::string note;
  LogTime since;
  std::optional<Detached> detached;
};

std::optional<HoldImage> image_of(const std::optional<Hold>& hold) {
  if (!hold) return std::nullopt;
  HoldImage image{hold->token, hold->session, hold->note, hold->since, std::nullopt};
  if (hold->detached_end) image.detached = HoldImage::Detached{*hold->detached_end, hold->who};
  return image;
}

std::optional<Hold> hold_of(std::optional<HoldImage> image) {
  if (!image) return std::nullopt;
  Hold hold{image->token, image->session, {}, std::move(image->note), image->since, std::nullopt};
  if (image->detached) {
    hold.who = std::move(image->detached->who);
    hold.detached_end = image->detached->end;
  }
  return hold;
}

Rebuild::Head head_of(const Machine& machine) {
  return {machine.stamp(),           machine.counters(),     machine.rest(),
          machine.sessions().size(), machine.locks().size(), machine.records().size()};
}

}  // namespace
}  // namespace lock

namespace wire {

void fields(auto& archive, Is<lock::Machine::Counters> auto& v) {
  archive(v.session, v.token, v.revision, v.arrival);
}
void fields(auto& archive, Is<lock::Rest> auto& v) {
  archive(v.since, v.until);
}
void fields(auto& archive, Is<lock::Rebuild::Head> auto& v) {
  archive(v.stamp, v.counters, v.rest, v.sessions, v.locks, v.records);
}
void fields(auto& archive, Is<lock::Waiting> auto& v) {
  archive(v.name, v.arrival, v.detached, v.note);
}
// The holds are left out: those of the locks say as much.
void fields(auto& archive, Is<lock::Session> auto& v) {
  archive(v.ttl, v.who, v.end, v.acknowledged, v.overflowed, v.outcomes, v.waiting);
}
void fields(auto& archive, Is<lock::HoldImage::Detached> auto& v) {
  archive(v.end, v.who);
}
void fields(auto& archive, Is<lock::HoldImage> auto& v) {
  archive(v.token, v.session, v.note, v.since, v.detached);
}
void fields(auto& archive, Is<lock::RecordState> auto& v) {
  archive(v.state, v.code, v.value, v.writer, v.token, v.attempt_token, v.attempt, v.revision, v.written,
          v.end);
}

}  // namespace wire

namespace lock {
namespace {

// Puts elements into a piece until one is too many, and knows where that one stands.
class Packer {
 public:
  explicit Packer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Whether it is in.
  bool add(Kind kind, const auto&... parts) {
    const std::size_t before = bytes.size();
    base::Encoder(bytes).u8(static_cast<std::uint8_t>(kind));
    wire::Writer writer(bytes);
    writer(parts...);
    if (before == 0 || bytes.size() <= bytes_max_) return true;
    bytes.resize(before);
    return false;
  }

  // Whether all from `at` on are in; else `next` is set.
  bool add_all(Kind kind, const auto& map, auto at) {
    for (; at != map.end(); ++at) {
      if (add(kind, at->first, image_of(at->second))) continue;
      next = static_cast<char>(kind);
      wire::Writer writer(next);
      writer(at->first);
      return false;
    }
    return true;
  }

  std::string bytes;
  std::string next;

 private:
  static const Session& image_of(const Session& session) { return session; }
  static const RecordState& image_of(const RecordState& record) { return record; }
  static std::optional<HoldImage> image_of(const LockState& lock) { return lock::image_of(lock.hold); }

  std::size_t bytes_max_;
};

base::Error refusal(const char* flaw) {
  return base::Error{std::string("a piece of a machine's image can't be read: ") + flaw};
}

// A cursor is the kind and the key of the first element behind it.
template <class Map, class Key>
std::optional<typename Map::const_iterator> place_of(const Map& map, std::string_view cursor) {
  auto key = wire::read<Key>(cursor.substr(1), "a cursor");
  if (!key) return std::nullopt;
  return map.lower_bound(key.value());
}

}  // namespace

ImagePiece Image::piece(const std::string& from, std::size_t bytes_max) const {
  const auto kind = from.empty() ? Kind::head : static_cast<Kind>(from.front());
  auto session = std::optional(machine_.sessions().begin());
  auto lock = std::optional(machine_.locks().begin());
  auto record = std::optional(machine_.records().begin());
  if (kind == Kind::session) session = place_of<Machine::Sessions, SessionId>(machine_.sessions(), from);
  if (kind == Kind::lock) lock = place_of<Machine::Locks, std::string>(machine_.locks(), from);
  if (kind == Kind::record) record = place_of<Machine::Records, std::string>(machine_.records(), from);
  const bool is_known = kind <= Kind::record && (from.empty() || kind > Kind::head);
  if (!is_known || !session || !lock || !record) return {};
  Packer packer(bytes_max);
  if (from.empty()) packer.add(Kind::head, kVersion, head_of(machine_));
  const bool all = (kind > Kind::session || packer.add_all(Kind::session, machine_.sessions(), *session)) &&
                   (kind > Kind::lock || packer.add_all(Kind::lock, machine_.locks(), *lock)) &&
                   packer.add_all(Kind::record, machine_.records(), *record);
  CHECK(all == packer.next.empty());
  return {std::move(packer.bytes), std::move(packer.next)};
}

base::Status ImageReader::feed(std::string_view piece) {
  if (error_) return *error_;
  auto status = take(piece);
  if (!status) error_ = status.failure();
  return status;
}

base::Result<Machine> ImageReader::finish() {
  if (!error_ && !begun_) error_ = base::Error{"not the image of a machine: it is empty"};
  if (error_) return *error_;
  auto machine = rebuild_.finish();
  error_ = machine ? base::Error{"the image of a machine has been read"} : machine.failure();
  return machine;
}

base::Status ImageReader::take(std::string_view piece) {
  if (piece.empty()) return refusal("it is empty");
  for (wire::Reader reader(piece); reader.more();) {
    const auto tag = reader.tag();
    if ((tag == static_cast<std::uint8_t>(Kind::head)) == begun_)
      return refusal("its head is not where it should be");
    auto status = begun_ ? take_element(tag, reader) : take_head(reader);
    if (!status) return status;
    begun_ = true;
  }
  return base::Done{};
}

base::Status ImageReader::take_head(wire::Reader& reader) {
  std::uint64_t version = 0;
  Rebuild::Head head;
  reader(version);
  if (version != kVersion) return refusal("its format is of another version");
  reader(head);
  if (const char* flaw = reader.flaw_so_far()) return refusal(flaw);
  return rebuild_.begin(head);
}

base::Status ImageReader::take_element(std::uint8_t tag, wire::Reader& reader) {
  SessionId id;
  std::string name;
  const auto read = [&](auto& key, auto element, auto add) -> base::Status {
    reader(key, element);
    if (const char* flaw = reader.flaw_so_far()) return refusal(flaw);
    return add(std::move(element));
  };
  const auto add_to_name = [&](auto element) { return rebuild_.add(name, std::move(element)); };
  switch (static_cast<Kind>(tag)) {
    case Kind::head:
      break;
    case Kind::session:
      return read(id, Session(), [&](Session session) { return rebuild_.add(id, std::move(session)); });
    case Kind::lock:
      return read(name, std::optional<HoldImage>(),
                  [&](auto hold) { return add_to_name(hold_of(std::move(hold))); });
    case Kind::record:
      return read(name, RecordState(), add_to_name);
  }
  return refusal("a tag is unknown");
}

}  // namespace lock
