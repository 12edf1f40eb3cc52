#include "sim/timeline_fields.hpp"

#include <algorithm>
#include <charconv>

namespace sim {

namespace {

const std::vector<std::string> kEvents = {
    "leader_elected",      "lock_granted",     "hold_ended",   "lease_ended",    "session_ended",
    "stale_token_refused", "status_persisted", "stepped_down", "joint",          "member_added",
    "member_removed",      "promoted",         "removed",      "snapshot_saved", "snapshot_installed"};
const std::vector<std::string> kSelectors = {
    "leader",  "old_leader",  "followers",  "minority",     "majority", "one",        "all",
    "learner", "holder:LOCK", "event.node", "event.client", "client:N", "client:any", "server:N"};
const std::vector<std::string> kTriggers = {"at", "every", "random", "when"};

When read_when(const Field& field) {
  When when;
  field.only({"event", "nth", "where"});
  if (const auto f = field.need("event")) when.event = f->name("event", kEvents);
  if (const auto f = field.find("nth")) when.nth = static_cast<std::uint64_t>(f->integer(1, 1'000'000'000));
  if (const auto f = field.find("where")) {
    f->only({"lock", "state", "reason", "client", "server"});
    for (const auto& [key, value] : f->members()) {
      when.where[key] = value.is_string() ? value.text() : std::to_string(value.integer(1, 1000));
    }
  }
  return when;
}

Trigger read_trigger(const Field& field) {
  int found = 0;
  Trigger trigger = At{Time(0)};
  if (const auto f = field.find("at")) ++found, trigger = At{f->duration()};
  if (const auto f = field.find("every")) {
    ++found;
    trigger = Every{f->duration()};
    if (f->duration() < std::chrono::milliseconds(1)) f->fail("expected at least 1ms");
  }
  if (const auto f = field.find("random")) {
    ++found;
    f->only({"rate"});
    if (const auto rate = f->need("rate")) trigger = AtRandom{rate->interval()};
  }
  if (const auto f = field.find("when")) ++found, trigger = read_when(*f);
  if (found != 1) field.fail("expected exactly one trigger of at, every, random, when");
  return trigger;
}

bool numbered(const Field& field, const std::string& text, std::string_view prefix, std::uint32_t greatest,
              Selection& into) {
  if (text.rfind(prefix, 0) != 0) return false;
  const auto digits = std::string_view(text).substr(prefix.size());
  if (digits == "any") return true;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 1 || number > greatest) {
    field.fail("expected " + std::string(prefix) + "1 to " + std::string(prefix) + std::to_string(greatest) +
               ", not '" + text + "'");
  }
  into.number = number;
  return true;
}

Selection read_selection(const Field& field, std::uint32_t servers, std::uint32_t clients) {
  static const std::vector<std::pair<std::string, Selector>> plain = {
      {"leader", Selector::leader},
      {"old_leader", Selector::old_leader},
      {"followers", Selector::followers},
      {"minority", Selector::minority},
      {"majority", Selector::majority},
      {"one", Selector::one},
      {"all", Selector::all},
      {"learner", Selector::learner},
      {"event.node", Selector::event_node},
      {"event.client", Selector::event_client}};
  Selection selection;
  const auto text = field.text();
  for (const auto& [name, selector] : plain) {
    if (text == name) return selection.selector = selector, selection;
  }
  if (text.rfind("holder:", 0) == 0 && text.size() > 7) {
    selection.selector = Selector::holder;
    selection.lock = text.substr(7);
  } else if (numbered(field, text, "client:", clients, selection)) {
    selection.selector = Selector::client;
  } else if (numbered(field, text, "server:", servers, selection)) {
    selection.selector = Selector::server;
  } else if (text.rfind("zone:", 0) == 0) {
    field.fail("zones are not simulated in this version");
  } else {
    field.fail("unknown selector '" + text + "'" + suggestion(text, kSelectors));
  }
  return selection;
}

Partition read_partition(const Field& field) {
  Partition partition;
  if (const auto f = field.need("shape")) {
    const auto shape = f->name("shape", {"split", "isolate", "oneway", "bridge", "ring", "chain", "swizzle"});
    if (shape == "bridge" || shape == "ring" || shape == "chain" || shape == "swizzle")
      f->fail("'" + shape + "' is not simulated in this version");
    if (shape == "split") partition.shape = Partition::Shape::split;
    if (shape == "oneway") partition.shape = Partition::Shape::oneway;
  }
  if (partition.shape == Partition::Shape::split) partition.clients = ClientSide::random;
  if (const auto f = field.find("clients")) {
    const auto side = f->name("side", {"random", "near", "far", "both"});
    partition.clients = side == "random" ? ClientSide::random
                        : side == "near" ? ClientSide::near
                        : side == "far"  ? ClientSide::far
                                         : ClientSide::both;
  }
  return partition;
}

// What the operator does. Whom it is about may be left to chance.
Action read_order(const Field& field, const std::string& name, std::vector<std::string>& keys) {
  Order order;
  if (name == "transfer") return order.kind = Order::Kind::transfer, order;
  if (name == "snapshot") return order.kind = Order::Kind::snapshot, order;
  if (name == "restart") {
    keys.insert(keys.end(), {"rolling", "for"});
    order.kind = Order::Kind::rolling;
    order.down = std::chrono::milliseconds(300);
    if (const auto f = field.find("for")) order.down = f->duration();
    return order;
  }
  keys.insert(keys.end(), {"change", "least"});
  static const std::vector<std::pair<std::string, Order::Kind>> kinds = {{"add", Order::Kind::add},
                                                                         {"remove", Order::Kind::remove},
                                                                         {"replace", Order::Kind::replace},
                                                                         {"shuffle", Order::Kind::shuffle},
                                                                         {"priority", Order::Kind::priority}};
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.push_back(kind.first);
  if (const auto f = field.need("change")) {
    const auto change = f->name("change", names);
    for (const auto& kind : kinds) {
      if (kind.first == change) order.kind = kind.second;
    }
  }
  if (const auto f = field.find("least")) order.least = static_cast<std::uint32_t>(f->integer(1, 9));
  return order;
}

Action read_action(const Field& field, std::vector<std::string>& keys) {
  const auto action = field.need("do");
  if (!action) return Heal{};
  const std::vector<std::string> later = {"disk", "upgrade", "overload"};
  const auto name = action->text();
  if (std::find(later.begin(), later.end(), name) != later.end()) {
    return action->fail("'" + name + "' is not simulated in this version"), Heal{};
  }
  (void)action->name("action", {"partition", "crash", "restart", "pause", "clock_jump", "wipe", "reconfigure",
                                "transfer", "snapshot", "heal"});
  if (name != "heal") keys.emplace_back("select");
  if (name == "partition" || name == "crash" || name == "pause" || name == "wipe") keys.emplace_back("for");
  if (name == "reconfigure" || name == "transfer" || name == "snapshot" || field.find("rolling"))
    return read_order(field, name, keys);
  if (name == "wipe") return Wipe{};
  if (name == "partition") {
    keys.insert(keys.end(), {"shape", "clients"});
    return read_partition(field);
  }
  if (name == "crash") return Crash{};
  if (name == "restart") return Restart{};
  if (name == "pause") return Pause{};
  if (name != "clock_jump") return Heal{};
  keys.insert(keys.end(), {"by", "of"});
  ClockJump jump;
  if (const auto f = field.need("by")) jump.by = f->duration(true);
  if (const auto f = field.find("of"))
    jump.monotonic = f->name("clock", {"monotonic", "wall"}) == "monotonic";
  if (jump.monotonic && jump.by < Duration(0)) field.find("by")->fail("a monotonic clock jumps only forward");
  return jump;
}

}  // namespace

Step read_step(const Field& field, std::uint32_t servers, std::uint32_t clients) {
  Step step;
  auto keys = kTriggers;
  keys.emplace_back("do");
  if (!field.is_object()) return field.fail("expected an object"), step;
  step.trigger = read_trigger(field);
  step.action = read_action(field, keys);
  field.only(keys);
  step.select.selector = Selector::nobody;
  const bool free = std::holds_alternative<Heal>(step.action) || std::holds_alternative<Order>(step.action);
  if (const auto f = free ? field.find("select") : field.need("select"))
    step.select = read_selection(*f, servers, clients);
  if (const auto f = std::holds_alternative<Order>(step.action) ? std::nullopt : field.find("for"))
    step.duration_ns = f->durations();
  const bool lasts = std::holds_alternative<Pause>(step.action) && !step.duration_ns;
  if (lasts) field.fail("'for' is missing: a pause ends");
  return step;
}

}  // namespace sim
