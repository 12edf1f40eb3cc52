#include "core/wire/image.hpp"

#include <cstdint>
#include <utility>

#include "core/base/check.hpp"
#include "core/wire/archive.hpp"
#include "core/wire/outcome.hpp"

namespace lock {
namespace {

constexpr std::uint64_t kVersion = 2;

// For ever, as those of kTag. They also order the kinds.
enum class Kind : std::uint8_t { head = 1, session = 2, hold = 3, block = 4, record = 5, audit = 6 };

Rebuild::Head head_of(const Machine& machine) {
  return {machine.stamp(),
          machine.counters(),
          machine.rest(),
          machine.settings().settings,
          machine.sessions().size(),
          machine.holds().size(),
          machine.blocks().size(),
          machine.records().size(),
          machine.audit().entries().size()};
}

}  // namespace
}  // namespace lock

namespace wire {

template <>
inline constexpr std::uint8_t kTag<lock::OnceOutcome> = 128;
template <>
inline constexpr std::uint8_t kEnumMax<lock::AuditWhat> = lock::kAuditWhatMax;

void fields(auto& archive, Is<lock::Machine::Counters> auto& v) {
  archive(v.session, v.token, v.revision, v.arrival, v.touch, v.audit);
}
void fields(auto& archive, Is<lock::Rest> auto& v) {
  archive(v.since, v.until);
}
void fields(auto& archive, Is<lock::Rebuild::Head> auto& v) {
  archive(v.stamp, v.counters, v.rest, v.settings, v.sessions, v.holds, v.blocks, v.records, v.audits);
}
void fields(auto& archive, Is<lock::OnceOutcome> auto& v) {
  archive(v.name, v.ended.state, v.ended.code, v.ended.attempt, v.ended.runner, v.ended.revision);
}
void fields(auto& archive, Is<lock::WaitQueue::Place> auto& v) {
  archive(v.level, v.arrival);
}
void fields(auto& archive, Is<lock::Waiting> auto& v) {
  archive(v.locks, v.place, v.detached, v.note, v.max_hold, v.lock_delay, v.newest, v.once);
}
void fields(auto& archive, Is<lock::TakenEntry> auto& v) {
  archive(v.token, v.acquire, v.why);
}
// Its holds are left out: they say whose they are.
void fields(auto& archive, Is<lock::Session> auto& v) {
  archive(v.ttl, v.who, v.owner, v.end, v.acknowledged, v.overflowed, v.outcomes, v.waiting, v.taken);
}
void fields(auto& archive, Is<lock::HoldEntry> auto& v) {
  archive(v.session, v.acquire, v.detached);
}
void fields(auto& archive, Is<lock::Hold> auto& v) {
  archive(v.owner, v.acquirer, v.who, v.note, v.since, v.locks, v.entries, v.detached_end, v.max_end,
          v.lock_delay, v.once);
}
void fields(auto& archive, Is<lock::Block> auto& v) {
  archive(v.until, v.names, v.confirmable);
}
void fields(auto& archive, Is<lock::OnceTerms> auto& v) {
  archive(v.keep, v.attempts, v.on_fail, v.input);
}
void fields(auto& archive, Is<lock::LateState> auto& v) {
  archive(v.token, v.code, v.who, v.at);
}
void fields(auto& archive, Is<lock::RecordState> auto& v) {
  archive(v.state, v.code, v.value, v.writer, v.token, v.attempt_token, v.attempt, v.revision, v.written,
          v.end, v.cut, v.once, v.late, v.touched);
}
void fields(auto& archive, Is<lock::AuditRecord> auto& v) {
  archive(v.name, v.what, v.token, v.who, v.why, v.at);
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
  template <class Element>
  static const Element& image_of(const Element& element) {
    return element;
  }
  static const AuditRecord& image_of(const Audit::Entry& entry) { return *entry.record; }

  std::size_t bytes_max_;
};

base::Error refusal(const char* flaw) {
  return base::Error{std::string("a piece of a machine's image can't be read: ") + flaw};
}

// A cursor is the kind and the key of the first element behind it. Nothing: it was never given. Kinds behind
// that of the cursor are taken from their beginning.
template <class Map>
std::optional<typename Map::const_iterator> place_of(const Map& map, Kind kind, std::string_view cursor) {
  if (cursor.empty() || static_cast<Kind>(cursor.front()) != kind) return map.begin();
  using Key = std::remove_const_t<typename Map::value_type::first_type>;
  auto key = wire::read<Key>(cursor.substr(1), "a cursor");
  if (!key) return std::nullopt;
  return map.lower_bound(key.value());
}

}  // namespace

ImagePiece Image::piece(const std::string& from, std::size_t bytes_max) const {
  const auto first = from.empty() ? Kind::head : static_cast<Kind>(from.front());
  if (first > Kind::audit || (!from.empty() && first <= Kind::head)) return {};
  Packer packer(bytes_max);
  if (from.empty()) packer.add(Kind::head, kVersion, head_of(machine_));
  bool is_known = true;
  // Whether the piece may go on with the next kind.
  const auto add = [&](Kind kind, const auto& map) {
    if (kind < first) return true;
    const auto at = place_of(map, kind, from);
    is_known = is_known && at.has_value();
    return is_known && packer.add_all(kind, map, *at);
  };
  const bool all = add(Kind::session, machine_.sessions()) && add(Kind::hold, machine_.holds()) &&
                   add(Kind::block, machine_.blocks()) && add(Kind::record, machine_.records()) &&
                   add(Kind::audit, machine_.audit().entries());
  if (!is_known) return {};
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
  const auto read = [&](auto key, auto element) -> base::Status {
    reader(key, element);
    if (const char* flaw = reader.flaw_so_far()) return refusal(flaw);
    return rebuild_.add(key, std::move(element));
  };
  switch (static_cast<Kind>(tag)) {
    case Kind::head:
      break;
    case Kind::session:
      return read(SessionId(), Session());
    case Kind::hold:
      return read(Token(), Hold());
    case Kind::block:
      return read(Token(), Block());
    case Kind::record:
      return read(std::string(), RecordState());
    case Kind::audit:
      return read(std::uint64_t(0), AuditRecord());
  }
  return refusal("a tag is unknown");
}

}  // namespace lock
