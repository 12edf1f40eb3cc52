#include "cli/lockd/open_store.hpp"

#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

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

store::Failure other_identity(const std::string& folder, const store::Identity& has,
                              const store::Identity& wanted) {
  std::string what;
  if (has.members != wanted.members) {
    what = "the store of a cluster of other members (";
    for (const auto& member : has.members) what += (member == has.members.front() ? "" : ",") + member;
    what += ")";
  } else if (has.cluster != wanted.cluster) {
    what = "the store of a cluster of another name";
  } else {
    what = "the store of server " + std::to_string(has.node.value) + ", not of server " +
           std::to_string(wanted.node.value);
  }
  return {store::Fault::identity,
          folder + " holds " + what + ": start it without --bootstrap, or give another folder with --data"};
}

}  // namespace

store::Identity identity_of(const Bootstrap& bootstrap) {
  std::string text;
  base::Encoder encoder(text);
  encoder.text(bootstrap.cluster);
  store::Identity identity{.cluster = {}, .node = bootstrap.self, .members = {}};
  for (const auto& member : bootstrap.members) {
    identity.members.push_back(to_string(member));
    encoder.text(identity.members.back());
  }
  const auto hashed = hash(text);
  identity.cluster = base::ClusterId(hashed != 0 ? hashed : 1);
  return identity;
}

std::variant<std::unique_ptr<store::Store>, store::Failure> open_store(const Options& options) {
  if (!store::Store::exists(options.data)) {
    if (options.bootstrap) return store::Store::create(options.data, identity_of(*options.bootstrap));
    return store::Failure{store::Fault::absent,
                          options.data +
                              " holds no store: make a new cluster with --bootstrap HOST:PORT,…, or give the "
                              "folder of an existing server with --data"};
  }
  auto opened = open_patiently(options.data);
  if (!options.bootstrap || std::holds_alternative<store::Failure>(opened)) return opened;
  const auto& has = std::get<std::unique_ptr<store::Store>>(opened)->identity();
  const auto wanted = identity_of(*options.bootstrap);
  if (has != wanted) return other_identity(options.data, has, wanted);
  return opened;
}

}  // namespace lockd
