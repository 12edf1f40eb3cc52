// A server among liars: any messages in any order, between its own proposals, time-outs and writes. It may
// stop only where it is told that what has been committed was another (README of core, "the contract").
#include "core/raft/raft.hpp"

#include <algorithm>
#include <string>

#include "core/base/bytes.hpp"
#include "core/raft/invariants.hpp"
#include "core/wire/codec.hpp"
#include "tests/fuzz/contradicted.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

class SmallImage final : public raft::Image {
 public:
  raft::Piece piece(const std::string& cursor) const override {
    return {base::Bytes("piece"), cursor.empty() ? "next" : ""};
  }
};

class Server {
 public:
  Server(std::uint64_t voters, bool leads) : raft_(config(), found(voters), {}) {
    if (!leads) return;
    now_ = raft_.deadline();
    raft_.tick(now_);
    for (const auto& grant : {raft::Message(raft::PreVoteGranted{raft::Term(2)}),
                              raft::Message(raft::VoteGranted{raft::Term(2)})}) {
      for (std::uint64_t peer = 2; peer <= voters; ++peer) raft_.receive(now_, raft::NodeId(peer), grant);
      flush();
      write_all();
    }
    CHECK(raft_.is_leader());
  }

  void run(base::Decoder& in) {
    while (in.ok() && !in.rest().empty()) {
      const auto op = in.u8();
      const auto before = raft::vitals(raft_);
      step(op & 0x3F, in);
      if (op & 0x40) write_all();
      if (op & 0x80) continue;
      flush();
      raft::check(raft_);
      raft::check_delta(before, raft::vitals(raft_));
    }
  }

 private:
  static raft::Config config() {
    raft::Config config;
    config.self = raft::NodeId(1);
    config.tuning.append_entries_max = 3;
    config.tuning.inflight_messages_max = 2;
    return config;
  }
  static raft::Recovered found(std::uint64_t voters) {
    raft::Recovered found;
    found.hard_state.term = raft::Term(1);
    found.snapshot.configuration = raft::bootstrap(voters);
    for (std::uint64_t i = 1; i <= 2; ++i)
      found.entries.push_back({{raft::Index(i), raft::Term(1)}, base::LogTime{i}, raft::Noop{}});
    return found;
  }

  void step(std::uint8_t op, base::Decoder& in) {
    switch (op % 8) {
      case 0:
        now_ = now_ + std::chrono::milliseconds(in.u8());
        return raft_.tick(now_);
      case 1:
        now_ = std::max(now_, raft_.deadline());
        return raft_.tick(now_);
      case 2:
        if (raft_.takes_proposals()) raft_.propose(now_, raft::Command{base::Bytes("x")});
        return;
      case 3:
        if (raft_.leader()) raft_.read(now_, op & 8 ? raft::ReadBy::lease : raft::ReadBy::round);
        return;
      case 4:
        return operate(op, in);
      default:
        return receive(in);
    }
  }

  void operate(std::uint8_t op, base::Decoder& in) {
    const raft::NodeId id(in.u8() % 8);
    raft::Change change;
    switch (op >> 3 & 7) {
      case 0:
        return static_cast<void>(raft_.transfer(now_, id).ok());
      case 1:
        change.add.emplace_back();
        break;
      case 2:
        change.promote.push_back(id);
        break;
      case 3:
        change.remove.push_back(id);
        break;
      case 4:
        change.priorities.emplace_back(id, in.u8());
        break;
      default:
        if (raft_.receives_snapshot() || raft_.commit() <= raft_.log().snapshot().at.index) return;
        return raft_.save_last_piece(0, base::Bytes("x"), raft_.commit(), raft_.commit());
    }
    static_cast<void>(raft_.change(now_, change).ok());
  }

  void receive(base::Decoder& in) {
    const raft::NodeId from(in.u8() % 8);
    const auto message = wire::decode_message(in.text());
    if (!message.ok()) return;
    raft_.receive(now_, from, message.value());
    const auto piece = raft_.take_piece();
    if (!piece || !piece->last) return;
    in.u8() % 2 == 0 ? raft_.install_snapshot() : raft_.refuse_snapshot();
  }

  void flush() {
    if (raft_.wants_snapshot())
      raft_.offer_snapshot(now_, raft_.commit(), std::make_shared<const SmallImage>());
    const auto output = raft_.flush(now_);
    if (output.write) {
      handed_out_ = output.write->id;
      for (const auto& entry : output.write->entries) CHECK(wire::decode_entry(wire::encode(entry)).ok());
    }
    for (const auto& send : output.sends)
      CHECK(wire::decode_message(wire::encode(send.message)).value() == send.message);
  }

  void write_all() { raft_.durable(now_, handed_out_); }

  raft::Raft raft_;
  base::Instant now_;
  raft::WriteId handed_out_;
};

}  // namespace

void raft(std::string_view bytes) {
  base::Decoder in(bytes);
  const auto first = in.u8();
  try {
    Server(1 + 2 * (first % 3), (first & 0x80) != 0).run(in);
  } catch (const base::CheckFailed& failure) {
    if (!was_contradicted(failure)) throw;
  }
}

}  // namespace fuzz
