// A cluster of one, and whatever clients ask of it, strangers among its peers included: every ticket has at
// most one final answer, and the state stays sound.
#include "core/node/node.hpp"

#include <set>

#include "core/base/bytes.hpp"
#include "core/raft/invariants.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "tests/fuzz/contradicted.hpp"
#include "tests/fuzz/limits.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

class Server {
 public:
  Server() : node_(config(), {found(), lock::Machine(tight_limits())}, {}) {
    pass(std::chrono::seconds(1));
    CHECK(node_.raft().is_leader());
  }

  void run(base::Decoder& in) {
    while (in.ok() && !in.rest().empty()) {
      const auto op = in.u8();
      take(op & 0x7F, in);
      if (op & 0x80) continue;
      settle();
    }
    settle();
    node_.machine().check();
  }

 private:
  static node::Config config() {
    node::Config config;
    config.raft.self = base::NodeId(1);
    config.cluster = base::ClusterId(7);
    config.limits = tight_limits();
    config.snapshots.entries = 20;
    config.snapshots.keep_entries = 3;
    config.snapshots.piece_bytes = 40;
    return config;
  }
  static raft::Recovered found() {
    raft::Recovered found;
    found.snapshot.configuration = raft::bootstrap(1, {"host:1"});
    return found;
  }

  void take(std::uint8_t op, base::Decoder& in) {
    switch (op % 8) {
      case 0:
        return pass(std::chrono::milliseconds(in.u8()));
      case 1:
        return pass(std::chrono::seconds(in.u8()));
      case 2:
        return inputs_.push_back(node::Abandoned{node::Ticket(1 + in.u8() % 8)});
      case 3:
        return receive(in);
      default:
        return submit(in);
    }
  }

  void submit(base::Decoder& in) {
    auto asked = wire::decode_request(in.text());
    if (!asked.ok()) return;
    ticket_ = ticket_.next();
    inputs_.push_back(node::Submitted{ticket_, std::move(asked->request), asked->consistency});
  }

  void receive(base::Decoder& in) {
    const base::NodeId from(2 + in.u8() % 3);
    auto message = wire::decode_message(in.text());
    if (message.ok()) inputs_.push_back(node::Received{from, std::move(message).value()});
  }

  void pass(base::Duration time) {
    now_ = now_ + time;
    inputs_.push_back(node::TimerFired{});
    settle();
  }

  // A snapshot may be on its way to the disk, a piece a step.
  void settle() {
    for (int turns = 0; turns < 100 && (turns == 0 || !inputs_.empty()); ++turns) step();
  }

  void step() {
    const auto before = raft::vitals(node_.raft());
    const auto effects = node_.step(now_, std::exchange(inputs_, {}));
    raft::check(node_.raft());
    raft::check_delta(before, raft::vitals(node_.raft()));
    if (effects.write) inputs_.push_back(node::Durable{effects.write->id});
    for (const auto& send : effects.sends)
      CHECK(wire::decode_message(wire::encode(send.message)).value() == send.message);
    for (const auto& response : effects.responses) {
      CHECK(!answered_.contains(response.ticket));
      if (!lock::is_interim(response.reply)) answered_.insert(response.ticket);
      const wire::ServerReply reply{1, response.reply};
      const auto encoded = wire::encode(reply);
      CHECK(encoded.size() <= wire::kPayloadBytesMax);
      CHECK(wire::decode_reply(encoded).value() == reply);
    }
  }

  node::Node node_;
  base::Instant now_;
  std::vector<node::Input> inputs_;
  node::Ticket ticket_;
  std::set<node::Ticket> answered_;
};

}  // namespace

void node(std::string_view bytes) {
  base::Decoder in(bytes);
  try {
    Server().run(in);
  } catch (const base::CheckFailed& failure) {
    if (!was_contradicted(failure)) throw;
  }
}

}  // namespace fuzz
