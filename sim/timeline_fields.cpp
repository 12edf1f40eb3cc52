#include "sim/timeline_fields.hpp"

#include <algorithm>

#include "core/wire/frame.hpp"
#include "sim/disk_fields.hpp"
#include "sim/places.hpp"

namespace sim {

namespace {

const std::vector<std::string> kEvents = {
    "leader_elected",      "lock_granted",     "hold_ended",   "lease_ended",    "session_ended",
    "stale_token_refused", "status_persisted", "stepped_down", "joint",          "member_added",
    "member_removed",      "promoted",         "removed",      "snapshot_saved", "snapshot_installed",
    "vote_granted",        "append_rejected",  "piece_sent",   "heir_called",    "config_appended",
    "page_rotten"};
// Of them, messages: they are for somebody.
const std::vector<std::string> kMessages = {"vote_granted", "append_rejected", "piece_sent", "heir_called"};
const std::vector<std::string> kSelectors = {
    "leader",       "old_leader", "followers",  "minority",    "majority",   "one",
    "all",          "any",        "learner",    "holder:LOCK", "event.node", "event.peer",
    "event.client", "client:N",   "client:any", "server:N",    "zone:Z"};
const std::vector<std::string> kTriggers = {"at", "every", "random", "when"};

// What an event tells beside the server it happened at.
struct Tells {
  bool lock = false;
  bool state = false;
  bool client = false;
  std::vector<std::string> reasons = {};
};

Tells told_by(const std::string& event) {
  if (event == "lock_granted" || event == "stale_token_refused") return {.lock = true, .client = true};
  if (event == "status_persisted") return {.lock = true, .state = true, .client = true};
  if (event == "session_ended") return {.client = true, .reasons = {"closed", "expired"}};
  if (event == "lease_ended")
    return {.lock = true, .client = true, .reasons = {"lease_expired", "session_expired"}};
  if (event == "hold_ended")
    return {
        .lock = true,
        .client = true,
        .reasons = {"broken", "lease_expired", "over_max", "released", "session_closed", "session_expired"}};
  return {};
}

// What is asked of an event that it never tells would never be met.
void check_condition(const Field& field, const std::string& key, const std::string& value, const When& when,
                     const Scenario& scenario) {
  const auto tells = told_by(when.event);
  const bool told = key == "server" || (key == "lock" && tells.lock) || (key == "state" && tells.state) ||
                    (key == "client" && tells.client) || (key == "reason" && !tells.reasons.empty());
  if (!told) return field.fail("the event '" + when.event + "' tells no " + key);
  if (key == "reason" && std::ranges::find(tells.reasons, value) == tells.reasons.end())
    return field.fail("unknown reason '" + value + "'" + suggestion(value, tells.reasons));
  if (key != "client" && key != "server") return;
  const auto many = key == "client" ? scenario.clients : scenario.machines();
  (void)read_number(field, value, "", many);
}

When read_when(const Field& field, const Scenario& scenario) {
  When when;
  field.only({"event", "nth", "every", "where"});
  if (const auto f = field.need("event")) when.event = f->name("event", kEvents);
  if (const auto f = field.find("nth")) when.nth = f->integers(1, 1'000'000'000);
  if (const auto f = field.find("every"))
    when.every = static_cast<std::uint64_t>(f->integer(1, 1'000'000'000));
  if (const auto f = field.find("where")) {
    f->only({"lock", "state", "reason", "client", "server"});
    for (const auto& [key, value] : f->members()) {
      when.where[key] = value.is_string() ? value.text() : std::to_string(value.integer(1, 1000));
      check_condition(value, key, when.where[key], when, scenario);
    }
  }
  return when;
}

Trigger read_trigger(const Field& field, const Scenario& scenario) {
  int found = 0;
  Trigger trigger = At{0};
  if (const auto f = field.find("at")) ++found, trigger = At{f->durations()};
  if (const auto f = field.find("every")) {
    ++found;
    const auto period = f->durations();
    trigger = Every{period};
    if (period.least() < 1'000'000) f->fail("expected at least 1ms");
  }
  if (const auto f = field.find("random")) {
    ++found;
    f->only({"rate"});
    if (const auto rate = f->need("rate")) trigger = AtRandom{rate->interval()};
  }
  if (const auto f = field.find("when")) ++found, trigger = read_when(*f, scenario);
  if (found != 1) field.fail("expected exactly one trigger of at, every, random, when");
  return trigger;
}

bool numbered(const Field& field, const std::string& text, std::string_view prefix, std::uint32_t greatest,
              Selection& into) {
  if (text.rfind(prefix, 0) != 0) return false;
  into.number = read_number(field, text, prefix, greatest);
  return true;
}

// One machine by its name; clients stand behind the servers.
Place read_place(const Field& field, const Scenario& scenario) {
  Selection one;
  const auto text = field.text();
  const bool client = numbered(field, text, "client:", scenario.clients, one);
  if (!client && !numbered(field, text, "server:", scenario.machines(), one))
    field.fail("expected the name of one server or client, such as server:1, not '" + text + "'");
  if (!one.number) return field.fail("expected a number, not '" + text + "'"), Place(0);
  return *one.number - 1 + (client ? scenario.machines() : 0);
}

Network::Cut read_links(const Field& field, const Scenario& scenario) {
  Network::Cut links;
  for (const auto& link : field.elements()) {
    const auto ends = link.elements();
    if (ends.size() != 2) return link.fail("expected [from, to]"), links;
    const auto from = read_place(ends[0], scenario);
    links.emplace_back(from, read_place(ends[1], scenario));
  }
  if (links.empty()) field.fail("expected at least one link");
  return links;
}

Selection read_selection(const Field& field, const Scenario& scenario) {
  static const std::vector<std::pair<std::string, Selector>> plain = {
      {"leader", Selector::leader},
      {"old_leader", Selector::old_leader},
      {"followers", Selector::followers},
      {"minority", Selector::minority},
      {"majority", Selector::majority},
      {"one", Selector::one},
      {"all", Selector::all},
      {"any", Selector::any},
      {"learner", Selector::learner},
      {"event.node", Selector::event_node},
      {"event.peer", Selector::event_peer},
      {"event.client", Selector::event_client}};
  Selection selection;
  if (field.is_array()) {
    selection.selector = Selector::places;
    for (const auto& name : field.elements()) selection.places.push_back(read_place(name, scenario));
    if (selection.places.empty()) field.fail("expected at least one name");
    return selection;
  }
  const auto text = field.text();
  for (const auto& [name, selector] : plain) {
    if (text == name) return selection.selector = selector, selection;
  }
  if (text.rfind("holder:", 0) == 0 && text.size() > 7) {
    selection.selector = Selector::holder;
    selection.lock = text.substr(7);
  } else if (numbered(field, text, "client:", scenario.clients, selection)) {
    selection.selector = Selector::client;
  } else if (numbered(field, text, "server:", scenario.machines(), selection)) {
    selection.selector = Selector::server;
  } else if (text.rfind("zone:", 0) == 0) {
    selection.selector = Selector::places;
    selection.places = read_zone(field, text, scenario);
  } else {
    field.fail("unknown selector '" + text + "'" + suggestion(text, kSelectors));
  }
  return selection;
}

Partition read_partition(const Field& field, const Scenario& scenario, std::vector<std::string>& keys) {
  using Shape = Partition::Shape;
  static constexpr Shape kShapes[] = {Shape::split, Shape::isolate, Shape::oneway,  Shape::bridge,
                                      Shape::ring,  Shape::chain,   Shape::swizzle, Shape::links};
  Partition partition;
  if (const auto f = field.need("shape")) {
    std::vector<std::string> names;
    for (const auto shape : kShapes) names.emplace_back(name_of(shape));
    const auto written = f->name("shape", names);
    for (const auto shape : kShapes) {
      if (written == name_of(shape)) partition.shape = shape;
    }
  }
  if (partition.shape == Shape::links) {
    keys.emplace_back("links");
    if (const auto links = field.need("links")) partition.links = read_links(*links, scenario);
    return partition;
  }
  keys.insert(keys.end(), {"select", "clients"});
  const bool far = partition.shape == Shape::isolate || partition.shape == Shape::oneway ||
                   partition.shape == Shape::swizzle;
  partition.clients = far ? ClientSide::far : ClientSide::random;
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
    return order.kind = Order::Kind::rolling, order;
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

ClockJump read_jump(const Field& field) {
  ClockJump jump;
  if (const auto f = field.need("by")) jump.by_ns = f->durations(true);
  if (const auto f = field.find("of"))
    jump.monotonic = f->name("clock", {"monotonic", "wall"}) == "monotonic";
  if (jump.monotonic && jump.by_ns.least() < 0)
    field.find("by")->fail("a monotonic clock jumps only forward");
  return jump;
}

Action read_action(const Field& field, const Scenario& scenario, std::vector<std::string>& keys) {
  const auto action = field.need("do");
  if (!action) return Heal{};
  const auto name = action->text();
  if (name == "upgrade") {
    action->fail("'upgrade' mixes two versions of the wire format, and there is only one, " +
                 std::to_string(wire::kVersion) + "; a restart with 'rolling' is the rest of it");
    return Heal{};
  }
  (void)action->name("action",
                     {"partition", "crash", "restart", "pause", "suspend", "clock_jump", "reset_connections",
                      "overload", "wipe", "disk", "reconfigure", "transfer", "snapshot", "recover", "heal"});
  const auto takes = [&](const std::vector<std::string>& more) {
    keys.insert(keys.end(), more.begin(), more.end());
  };
  if (name == "overload") {
    takes({"for", "rate"});
    const auto rate = field.need("rate");
    return rate ? Flood{rate->interval()} : Flood{};
  }
  if (name == "recover") return Recovery{};
  if (name != "heal" && name != "partition") takes({"select"});
  if (name == "reconfigure" || name == "transfer" || name == "snapshot" || field.find("rolling"))
    return read_order(field, name, keys);
  if (name == "reset_connections") return ResetConnections{};
  if (name == "restart") return Restart{};
  if (name == "clock_jump") return takes({"by", "of"}), read_jump(field);
  if (name == "heal") return Heal{};
  takes({"for"});
  if (name == "wipe") return Wipe{};
  if (name == "disk") return read_disk_action(field, keys);
  takes({"heal"});
  if (name == "partition") return takes({"shape"}), read_partition(field, scenario, keys);
  if (name == "crash") {
    takes({"what"});
    const auto what = field.find("what");
    return Crash{what && what->name("part", {"machine", "process"}) == "process"};
  }
  if (name == "suspend") return Suspend{};
  return Pause{};
}

// Whom an action is about where no selector says it.
std::optional<Selector> usual_targets(const Action& action) {
  if (std::holds_alternative<Heal>(action) || std::holds_alternative<Recovery>(action) ||
      std::holds_alternative<Order>(action) || std::holds_alternative<Flood>(action))
    return Selector::nobody;
  const auto* partition = std::get_if<Partition>(&action);
  if (!partition) return std::nullopt;
  if (partition->shape == Partition::Shape::bridge) return Selector::one;
  if (partition->shape == Partition::Shape::links) return Selector::nobody;
  const bool all = partition->shape == Partition::Shape::ring || partition->shape == Partition::Shape::chain;
  return all ? std::optional(Selector::all) : std::nullopt;
}

void read_duration(const Field& field, Step& step) {
  if (const auto f = field.find("heal")) {
    (void)f->name("end of a fault", {"never"});
    step.forever = true;
  }
  if (const auto f = field.find("for")) step.duration_ns = f->durations();
  if (step.forever && step.duration_ns) field.find("for")->fail("what is never healed lasts for ever");
  if (step.duration_ns || step.forever) return;
  if (std::holds_alternative<Pause>(step.action)) field.fail("'for' is missing: a pause ends");
  if (std::holds_alternative<Suspend>(step.action)) field.fail("'for' is missing: a sleep ends");
  if (std::holds_alternative<Flood>(step.action)) field.fail("'for' is missing: an overload ends");
}

bool is_swizzle(const Action& action) {
  const auto* partition = std::get_if<Partition>(&action);
  return partition && partition->shape == Partition::Shape::swizzle;
}

bool is_about_servers(const Action& action) {
  return std::holds_alternative<Order>(action) || std::holds_alternative<Wipe>(action) ||
         std::holds_alternative<DiskAction>(action);
}

// A message that leaves a server.
bool is_a_message(const Trigger& trigger) {
  const auto* when = std::get_if<When>(&trigger);
  return when && std::ranges::find(kMessages, when->event) != kMessages.end();
}

bool may_be_client(const Selection& selection, Place machines) {
  const auto behind = [&](Place place) { return place >= machines; };
  return selection.selector == Selector::client || selection.selector == Selector::event_client ||
         selection.selector == Selector::holder || selection.selector == Selector::any ||
         std::any_of(selection.places.begin(), selection.places.end(), behind);
}

// Whose event a step means must be known from it.
void check_event(const Field& field, const Step& step) {
  const auto selector = step.select.selector;
  if (selector != Selector::event_node && selector != Selector::event_client) return;
  const auto* when = std::get_if<When>(&step.trigger);
  if (!when) return field.find("select")->fail("only a step with 'when' has an event");
  if (selector == Selector::event_client && !told_by(when->event).client)
    field.find("select")->fail("the event '" + when->event + "' tells no client");
}

}  // namespace

Step read_step(const Field& field, const Scenario& scenario) {
  Step step;
  auto keys = kTriggers;
  keys.emplace_back("do");
  if (!field.is_object()) return field.fail("expected an object"), step;
  step.trigger = read_trigger(field, scenario);
  step.action = read_action(field, scenario, keys);
  field.only(keys);
  const auto usual = usual_targets(step.action);
  step.select.selector = usual.value_or(Selector::nobody);
  if (const auto f = usual ? field.find("select") : field.need("select"))
    step.select = read_selection(*f, scenario);
  check_event(field, step);
  if (is_about_servers(step.action) && may_be_client(step.select, scenario.machines()))
    field.find("select")->fail("expected servers: this is nothing that can be done to a client");
  if (step.select.selector == Selector::event_peer && !is_a_message(step.trigger))
    field.find("select")->fail("expected a 'when' of a message, such as " + kMessages.front() +
                               ": nothing else is for anybody");
  read_duration(field, step);
  if (is_swizzle(step.action) && !step.duration_ns)
    field.fail("'for' is missing: it says within what time all are cut off and healed again");
  return step;
}

std::vector<Step> read_jumps(const Field& field) {
  std::vector<Step> steps;
  for (const auto& jump : field.is_array() ? field.elements() : std::vector<Field>{field}) {
    jump.only({"rate", "by", "of", "who"});
    Step step;
    step.path = jump.path();
    if (const auto f = jump.need("rate")) step.trigger = AtRandom{f->interval()};
    step.action = read_jump(jump);
    step.select.selector = Selector::any;
    if (const auto f = jump.find("who")) {
      const auto who = f->name("choice of clocks", {"servers", "clients", "all"});
      if (who == "servers") step.select.selector = Selector::one;
      if (who == "clients") step.select.selector = Selector::client;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace sim
