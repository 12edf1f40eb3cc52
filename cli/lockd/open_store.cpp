#include "cli/lockd/open_store.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/random.hpp"

namespace lockd {

namespace {

// FNV-1a (Fowler, Noll, Vo), and one round of mixing since texts that differ in their last letter only differ
// little in it.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return base::Random(h).next();
}

// One that was killed a moment ago may still be on its way out.
std::variant<std::unique_ptr<store::Store>, store::Failure> open_patiently(const std::string& folder) {
  using namespace std::chrono_literals;
  const auto until = std::chrono::steady_clock::now() + 2s;
  for (;;) {
    auto opened = store::Store::open(folder);
    const auto* failure = std::get_if<store::Failure>(&opened);
    const bool busy = failure && failure->fault == store::Fault::busy;
    if (!busy || std::chrono::steady_clock::now() >= until) return opened;
    std::this_thread::sleep_for(20ms);
  }
}

std::string list_of(const raft::Configuration& configuration) {
  std::string list;
  for (const auto& member : configuration.members) list += (list.empty() ? "" : ",") + member.address;
  return list;
}

// Compared with what made the store: the members of today may be others.
std::optional<std::string> other_than(const Founding& wanted, const store::Store& store) {
  const auto& has = store.origin();
  if (has.configuration.members.empty()) return "the store of a server that has joined its cluster";
  if (has.configuration != wanted.members) {
    return "the store of a cluster of other members (" + list_of(has.configuration) + ")";
  }
  if (has.cluster != wanted.identity.cluster) return "the store of a cluster of another name";
  if (store.identity().node != wanted.identity.node) {
    return "the store of server " + std::to_string(store.identity().node.value) + ", not of server " +
           std::to_string(wanted.identity.node.value);
  }
  if (store.identity().cluster == has.cluster) return std::nullopt;
  return "the store of the cluster that lockd recover has made of it";
}

}  // namespace

Founding founding_of(const Bootstrap& bootstrap) {
  std::string text;
  base::Encoder encoder(text);
  encoder.text(bootstrap.cluster);
  std::vector<std::string> addresses;
  for (const auto& member : bootstrap.members) {
    addresses.push_back(to_string(member));
    encoder.text(addresses.back());
  }
  const auto hashed = hash(text);
  return {{.cluster = base::ClusterId(hashed != 0 ? hashed : 1),
           .node = bootstrap.self,
           .address = addresses.at(bootstrap.self.value - 1)},
          raft::bootstrap(addresses.size(), addresses)};
}

std::variant<std::unique_ptr<store::Store>, store::Failure> open_store(const Options& options) {
  if (!store::Store::exists(options.data)) {
    if (options.bootstrap) {
      const auto founding = founding_of(*options.bootstrap);
      return store::Store::create(options.data, founding.identity, founding.members);
    }
    if (auto failure = store::Store::check_unused(options.data)) return *failure;
    return store::Failure{store::Fault::absent, options.data +
                                                    " holds no store: make a new cluster with --bootstrap "
                                                    "HOST:PORT,…, join one with --join, or give the "
                                                    "folder of an existing server with --data"};
  }
  auto opened = open_patiently(options.data);
  if (!options.bootstrap || std::holds_alternative<store::Failure>(opened)) return opened;
  const auto what =
      other_than(founding_of(*options.bootstrap), *std::get<std::unique_ptr<store::Store>>(opened));
  if (!what) return opened;
  return store::Failure{store::Fault::identity,
                        options.data + " holds " + *what +
                            ": start it without --bootstrap, or give another folder with --data"};
}

}  // namespace lockd
