#include "sim/operator.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sim {

namespace {

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr auto kAgain = std::chrono::milliseconds(100);
constexpr auto kPatience = std::chrono::seconds(12);

bool votes(const raft::Configuration& configuration, base::NodeId id) {
  const auto* member = configuration.find(id);
  return member && member->suffrage == raft::Suffrage::voter && !configuration.is_joint();
}

class Operator : public Program {
 public:
  Operator(Orders& orders, Site& site, Coverage& coverage)
      : orders_(orders), site_(site), coverage_(coverage) {}

  Task run(Agent& agent) override {
    while (!agent.winding_down()) {
      if (orders_.empty()) {
        co_await agent.sleep(kLook);
        continue;
      }
      const Order order = orders_.front();
      orders_.pop_front();
      until_ = agent.world_now() + kPatience;
      co_await carry_out(agent, order);
    }
  }

 private:
  Task carry_out(Agent& agent, Order order) {
    switch (order.kind) {
      case Order::Kind::add: {
        base::NodeId id;
        co_await add(agent, any_vacant(agent), true, id);
        break;
      }
      case Order::Kind::remove:
        co_await remove(agent, order);
        break;
      case Order::Kind::replace:
        co_await replace(agent, order);
        break;
      case Order::Kind::shuffle:
        co_await shuffle(agent, order);
        break;
      case Order::Kind::rejoin:
        co_await rejoin(agent, order);
        break;
      case Order::Kind::transfer:
        co_await transfer(agent, order);
        break;
      case Order::Kind::snapshot:
        co_await snapshot(agent, order);
        break;
      case Order::Kind::priority:
        co_await set_priority(agent, order);
        break;
      case Order::Kind::rolling:
        co_await restart_all(agent, order);
        break;
    }
  }

  bool over(Agent& agent) const { return agent.world_now() >= until_; }

  template <class T>
  static std::optional<T> any(Agent& agent, const std::vector<T>& of) {
    if (of.empty()) return std::nullopt;
    return of[agent.random().below(of.size())];
  }
  std::optional<Place> any_vacant(Agent& agent) const { return any(agent, site_.vacant()); }

  std::vector<base::NodeId> voters() const {
    std::vector<base::NodeId> ids;
    for (const auto& member : site_.membership().members) {
      if (member.suffrage == raft::Suffrage::voter) ids.push_back(member.id);
    }
    return ids;
  }

  // Whom an order is about: the server at its place, else any voter.
  std::optional<base::NodeId> target(Agent& agent, const Order& order) const {
    if (!order.target) return any(agent, voters());
    const auto id = site_.resident(*order.target);
    return id ? std::optional(id) : std::nullopt;
  }

  // Until it is carried out or the order's time is over; `reply` says which.
  Task insist(Agent& agent, lock::Admin request, lock::Reply& reply) {
    for (;;) {
      co_await ask(agent, request, reply);
      const bool in_vain =
          std::holds_alternative<lock::Refused>(reply) || std::holds_alternative<lock::LeadershipLost>(reply);
      if (!in_vain || over(agent)) co_return;
      co_await agent.sleep(kAgain);
    }
  }

  Task ask(Agent& agent, lock::Admin request, lock::Reply& reply) {
    reply = lock::LeadershipLost{};
    const auto call = agent.begin(request, std::chrono::seconds(3));
    co_await agent.answer(call);
    const auto* known = std::get_if<lock::Reply>(&agent.finished(call)->outcome);
    if (known) reply = *known;
    if (const auto* refused = std::get_if<lock::Refused>(&reply))
      site_.tell("the operator is refused: " + refused->why);
  }

  // The server starts as soon as its id is known, with an empty disk.
  Task add(Agent& agent, std::optional<Place> place, bool promote, base::NodeId& id) {
    if (!place) co_return;
    auto& incarnation = incarnations_[*place];
    while (incarnation == 0) incarnation = agent.random().next();
    lock::AddMember request;
    request.address = agent.address_of(*place);
    request.incarnation = incarnation;
    request.promote = promote;
    lock::Reply reply;
    co_await insist(agent, request, reply);
    const auto* added = std::get_if<lock::MemberAdded>(&reply);
    if (!added) co_return;
    id = added->id;
    incarnations_.erase(*place);
    site_.move_in(*place, id, request.incarnation);
  }

  Task wait_for_vote(Agent& agent, base::NodeId id) {
    while (!votes(site_.membership(), id) && !over(agent)) co_await agent.sleep(kAgain);
  }

  Task change(Agent& agent, lock::ChangeMembers request, bool& done) {
    lock::Reply reply;
    co_await insist(agent, request, reply);
    done = std::holds_alternative<lock::MembersChanged>(reply);
    if (done) count(coverage_, "reconfigurations");
  }

  Task remove(Agent& agent, Order order) {
    const auto id = target(agent, order);
    if (!id || (votes(site_.membership(), *id) && voters().size() <= order.least)) co_return;
    lock::ChangeMembers request;
    request.remove = {*id};
    bool done = false;
    co_await change(agent, request, done);
  }

  Task replace(Agent& agent, Order order) {
    const auto old = target(agent, order);
    if (!old) co_return;
    base::NodeId id;
    co_await add(agent, any_vacant(agent), true, id);
    if (!id) co_return;
    co_await wait_for_vote(agent, id);
    if (!votes(site_.membership(), id)) co_return;
    lock::ChangeMembers request;
    request.remove = {*old};
    bool done = false;
    co_await change(agent, request, done);
  }

  Task shuffle(Agent& agent, Order order) {
    lock::ChangeMembers request;
    const auto wanted = 1 + agent.random().below(2);
    for (std::uint64_t i = 0; i < wanted; ++i) {
      base::NodeId id;
      co_await add(agent, any_vacant(agent), false, id);
      if (id) request.promote.push_back(id);
    }
    co_await agent.sleep(std::chrono::milliseconds(agent.random().between(0, 600)));
    auto out = voters();
    const auto may_leave = out.size() + request.promote.size();
    for (auto leave = agent.random().below(wanted + 1) + 1; leave > 0; --leave) {
      if (out.empty() || may_leave - request.remove.size() <= order.least) break;
      const auto at = out.begin() + static_cast<std::ptrdiff_t>(agent.random().below(out.size()));
      request.remove.push_back(*at);
      out.erase(at);
    }
    bool done = false;
    co_await change(agent, request, done);
  }

  Task rejoin(Agent& agent, Order order) {
    const auto place = *order.target;
    if (!site_.was_wiped(place)) co_return;
    lock::ChangeMembers request;
    request.remove = {site_.resident(place)};
    bool done = false;
    // Whoever is gone already was removed by a request whose answer was lost.
    while (!done && site_.was_wiped(place) && !agent.winding_down()) {
      until_ = agent.world_now() + kPatience;
      co_await change(agent, request, done);
    }
    // Its committed removal may be seen a moment later.
    while (site_.was_wiped(place) && !over(agent)) co_await agent.sleep(kAgain);
    base::NodeId id;
    until_ = agent.world_now() + kPatience;
    if (!site_.was_wiped(place)) co_await add(agent, place, true, id);
    if (id) count(coverage_, "rejoined");
  }

  Task transfer(Agent& agent, Order order) {
    lock::TransferLeadership request;
    if (order.target) request.to = site_.resident(*order.target);
    lock::Reply reply;
    co_await ask(agent, request, reply);
    if (std::holds_alternative<lock::Transferred>(reply)) count(coverage_, "transfers");
  }

  Task snapshot(Agent& agent, Order order) {
    const auto place = order.target ? order.target : any(agent, site_.inhabited());
    if (!place) co_return;
    agent.turn_to(*place);
    lock::Reply reply;
    co_await ask(agent, lock::TakeSnapshot{}, reply);
    agent.turn_to(std::nullopt);
    if (std::holds_alternative<lock::SnapshotTaken>(reply)) count(coverage_, "snapshots_on_demand");
  }

  Task set_priority(Agent& agent, Order order) {
    const auto id = target(agent, order);
    if (!id) co_return;
    lock::ChangeMembers request;
    request.priorities = {{*id, static_cast<std::uint8_t>(agent.random().below(4))}};
    bool done = false;
    co_await change(agent, request, done);
  }

  // Who leads hands over first, as a polite server does.
  Task restart_all(Agent& agent, Order order) {
    for (const auto place : order.target ? std::vector<Place>{*order.target} : site_.inhabited()) {
      if (agent.winding_down()) co_return;
      if (site_.leader() == place) {
        lock::Reply reply;
        co_await ask(agent, lock::TransferLeadership{}, reply);
        if (std::holds_alternative<lock::Transferred>(reply)) count(coverage_, "transfers");
      }
      site_.crash(place);
      co_await agent.sleep(order.down);
      site_.restart(place);
      count(coverage_, "rolling_restarts");
      co_await agent.sleep(order.down / 2);
    }
  }

  Orders& orders_;
  Site& site_;
  Coverage& coverage_;
  Time until_{0};
  std::map<Place, std::uint64_t> incarnations_;  // of servers that asked to join, and may have
};

}  // namespace

std::unique_ptr<Program> make_operator(Orders& orders, Site& site, Coverage& coverage) {
  return std::make_unique<Operator>(orders, site, coverage);
}

}  // namespace sim
