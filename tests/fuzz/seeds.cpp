// fuzz_seeds FOLDER: writes FOLDER/TARGET/seed-NN, what the fuzzers start from: real encodings, and scripts
// for the targets that run one. The same at every run.
#include <filesystem>
#include <fstream>

#include "core/base/random.hpp"
#include "core/store/rows.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/image.hpp"
#include "sim/check/history_file.hpp"
#include "tests/core/lock/story.hpp"
#include "tests/core/wire/generators.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

constexpr int kSeeds = 12;

class Folder {
 public:
  explicit Folder(std::filesystem::path root) : root_(std::move(root)) {}

  void put(const std::string& target, const std::string& bytes) {
    const auto number = std::to_string(100 + ++count_[target]).substr(1);
    std::filesystem::create_directories(root_ / target);
    std::ofstream(root_ / target / ("seed-" + number), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path root_;
  std::map<std::string, int> count_;
};

template <class T>
T any(int seed) {
  return generate::any<T>()(rc::Random(static_cast<std::uint64_t>(seed)), 40 + 3 * seed).value();
}

void put_messages(Folder& folder) {
  for (int seed = 1; seed <= 3 * kSeeds; ++seed) {
    folder.put("message", wire::encode(any<raft::Message>(seed)));
    folder.put("request", wire::encode(any<wire::ClientRequest>(seed)));
    folder.put("reply", wire::encode(any<wire::ServerReply>(seed)));
  }
  for (int seed = 1; seed <= kSeeds; ++seed) {
    folder.put("peer_hello", wire::encode(any<wire::PeerHello>(seed)));
    folder.put("commands", wire::encode(any<std::vector<lock::Command>>(seed)));
    folder.put("entry", wire::encode(any<raft::Entry>(seed)));
    folder.put("snapshot_meta", wire::encode(any<raft::SnapshotMeta>(seed)));
    std::string stream(1, static_cast<char>(seed * 7));
    for (int i = 0; i < seed % 4; ++i) {
      const auto payload = wire::encode(any<raft::Message>(seed + i));
      stream += wire::encode_frame(static_cast<wire::FrameType>(1 + (seed + i) % 6), payload);
    }
    folder.put("frame", stream.substr(0, stream.size() - static_cast<std::size_t>(seed % 5 == 0)));
  }
}

void put_images(Folder& folder) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    lock::Story story;
    const rc::Random random(static_cast<std::uint64_t>(seed));
    story.tell(lock::steps_with_recoveries()(random, 3 + 2 * seed).value(), [](const auto&) {});
    const lock::Image image(story.machine);
    std::string pieces, cursor;
    do {
      auto piece = image.piece(cursor, seed % 2 == 0 ? 20 : 1000);
      base::Encoder(pieces).text(piece.bytes);
      cursor = std::move(piece.next);
    } while (!cursor.empty());
    folder.put("image", pieces);
  }
}

void put_rows(Folder& folder) {
  base::Random random(1);
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const auto meta = any<raft::SnapshotMeta>(seed);
    const base::ClusterId cluster(random.next());
    folder.put("store_meta", store::encode(store::Meta{{cluster, base::NodeId(random.below(9)), "host:1"},
                                                       {cluster, meta.configuration}}));
    const raft::Index first(1 + random.below(1000));
    std::optional<base::NodeId> vote;
    if (seed % 2 == 0) vote = base::NodeId(random.below(9));
    folder.put("store_state",
               store::encode(store::State{{meta.at.term, vote}, first, raft::Index(first.value + 7)}));
    folder.put("store_snapshot",
               store::encode(store::Snapshot{random.below(9), random.below(99), 1234, meta}));
    std::string wal(static_cast<std::size_t>(1 + 32 + 536 * (seed % 4)), '\0');
    for (auto& byte : wal) byte = static_cast<char>(random.below(256));
    folder.put("wal", wal);
  }
}

// Operations of the target's own language, see raft.cpp.
std::string raft_script(int seed) {
  base::Random random(static_cast<std::uint64_t>(seed), "raft");
  std::string script(1, static_cast<char>(random.below(256)));
  base::Encoder out(script);
  for (int i = 0; i < 4 + 2 * seed; ++i) {
    const auto op = static_cast<std::uint8_t>(random.below(256));
    out.u8(op);
    if (op % 8 == 0) out.u8(static_cast<std::uint8_t>(random.below(100)));
    if (op % 8 == 4) out.u8(static_cast<std::uint8_t>(random.below(8)));
    if (op % 8 < 5) continue;
    const raft::Term term(random.below(5));
    const raft::Index index(random.below(6));
    const raft::Position before{index, index ? raft::Term(1) : raft::Term(0)};
    const raft::Entry next{{index.next(), term}, base::LogTime{9}, raft::Noop{}};
    const raft::Message messages[] = {
        raft::Append{term, before, raft::Index(random.below(6)), {next}},
        raft::Heartbeat{term, raft::Round(1), index},
        raft::AppendAccepted{term, index},
        raft::HeartbeatReply{term, raft::Round(1), index, index},
        raft::RequestVote{term, {raft::Index(5), term}},
        raft::InstallSnapshot{term,
                              {{raft::Index(9), term}, base::LogTime{9}, raft::bootstrap(3)},
                              random.below(2),
                              random.below(2) == 0,
                              base::Bytes("x")},
        any<raft::Message>(seed + i)};
    out.u8(static_cast<std::uint8_t>(2 + random.below(3)));
    out.text(wire::encode(messages[random.below(std::size(messages))]));
  }
  return script;
}

std::string node_script(int seed) {
  base::Random random(static_cast<std::uint64_t>(seed), "node");
  std::string script;
  base::Encoder out(script);
  const auto submit = [&](lock::Request request) {
    out.u8(static_cast<std::uint8_t>(4 + 128 * random.below(2)));
    out.text(wire::encode(wire::ClientRequest{1, lock::Consistency::linearizable, std::move(request)}));
  };
  submit(lock::Command(lock::OpenSession{lock::Millis(1000), "who"}));
  submit(lock::Command(lock::OpenSession{lock::Millis(2000), "else"}));
  for (std::uint64_t i = 1; i <= static_cast<std::uint64_t>(4 + seed); ++i) {
    const lock::SessionId session(1 + random.below(2));
    const std::string name(1, static_cast<char>('a' + random.below(2)));
    const lock::Operation operations[] = {lock::Acquire{{{name}}, true, std::nullopt, ""},
                                          lock::Acquire{{{name}}, false, lock::Millis(500), "n"},
                                          lock::Release{name, lock::Token(random.below(4))},
                                          lock::Renew{name, lock::Token(random.below(4)), lock::Millis(900)},
                                          lock::Cancel{lock::Sequence(random.below(4))},
                                          lock::SetStatus{name, "done", 0, "v", {}, {}, lock::Millis(5000)},
                                          lock::ClearStatus{name, {}}};
    const lock::Sequence sequence(i), acknowledged(i > 3 ? i - 3 : 0);
    const auto operation = operations[random.below(std::size(operations))];
    submit(lock::Command(lock::Sequenced{session, sequence, acknowledged, operation}));
    if (i % 3 == 0) submit(any<wire::ClientRequest>(seed + static_cast<int>(i)).request);
    if (i % 4 == 0) submit(lock::Query(lock::WaitStatus{name, std::nullopt}));
    out.u8(static_cast<std::uint8_t>(random.below(3)));
    out.u8(static_cast<std::uint8_t>(random.below(5)));
  }
  return script;
}

void put_scripts(Folder& folder) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    folder.put("raft", raft_script(seed));
    folder.put("node", node_script(seed));
  }
}

void put_histories(Folder& folder) {
  using namespace check;
  const History history{
      {1, "k", Acquire{}, 0, 5, Granted{7}},
      {2, "k", Acquire{false, 100}, 1, 2, NotGranted{}},
      {1, "k", Release{7}, 6, 8, Stood{true}},
      {1, "k", StatusSet{"done", 3, "out", 7, 2}, 9, 12, StatusWritten{4}},
      {2, "k", StatusGet{}, 13, 14, StatusSeen{RecordSeen{"done", 3, "out", 4, 7}, std::nullopt}},
      {3, "k", Read{}, 0, 1, ValueSeen{"1"}},
      {3, "k", Cas{"1", std::nullopt}, 2, std::nullopt, std::nullopt}};
  std::string lines;
  for (const auto& operation : history) {
    folder.put("history", to_json(operation));
    folder.put("history", lines += to_json(operation) + "\n");
  }
  const char* const kRecorded[] = {
      "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\tnil\n",
      "INFO  jepsen.util - 2\t:invoke\t:cas\t[1 4]\nINFO  jepsen.util - 2\t:fail\t:cas\t[1 4]\n",
      "INFO  jepsen.util - 1\t:invoke\t:write\t3\nINFO  jepsen.util - 1\t:info\t:write\t:timed-out\n",
      "[{:process 0, :type :invoke, :f :read, :value nil}\n {:process 0, :type :ok, :f :read, :value 3}]",
      "{:process 1, :type :invoke, :f :put, :key \"a\", :value \"x\"}\n{:process 1, :type :ok, :f :put, :key "
      "\"a\", :value \"x\"}\n"};
  for (const auto* recorded : kRecorded) folder.put("recorded_history", recorded);
}

// Those of the source tree.
void put_scenarios(Folder& folder, const std::filesystem::path& from) {
  for (const char* name :
       {"divergent-logs", "lease-reads-out-of-bounds", "upload-coordination", "wipe-and-rejoin"}) {
    std::ifstream in(from / (std::string(name) + ".json"), std::ios::binary);
    folder.put("scenario", std::string{std::istreambuf_iterator<char>(in), {}});
  }
}

}  // namespace
}  // namespace fuzz

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  fuzz::Folder folder(argv[1]);
  fuzz::put_messages(folder);
  fuzz::put_images(folder);
  fuzz::put_rows(folder);
  fuzz::put_scripts(folder);
  fuzz::put_histories(folder);
  fuzz::put_scenarios(folder, argv[2]);
}
