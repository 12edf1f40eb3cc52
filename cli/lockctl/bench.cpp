// lockctl bench: many clients in one process, each with its own session and connection, as fast as they are
// answered.
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/percentile.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/bench_clients.hpp"
#include "cli/lockctl/dev_state.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/usage.hpp"
#include "cli/lockctl/verbs.hpp"
#include "net/clock.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

struct Measured {
  Samples samples;
  Usage before, after;
  double seconds = 0;
};

void run_for(boost::asio::io_context& io, base::Duration duration) {
  if (io.stopped()) io.restart();
  io.run_for(duration);
}

// At most so long; ends sooner when nobody is busy.
void drain(boost::asio::io_context& io, const Samples& samples, base::Duration at_most) {
  const auto end = net::now() + at_most;
  while (samples.busy > 0 && net::now() < end) {
    if (io.stopped()) io.restart();
    io.run_one_for(50ms);
  }
}

std::unique_ptr<LoadClient> make_client(boost::asio::io_context& io, const Bench& bench,
                                        const std::vector<std::string>& endpoints, const std::string& prefix,
                                        std::uint64_t seed, std::uint32_t number, HistoryFile* history,
                                        Samples& samples) {
  client::Config config;
  config.endpoints = endpoints;
  config.who = prefix;
  config.seed = seed + number;
  if (bench.workload == "mixed")
    return mixed_client(io, std::move(config), prefix, bench.names, history, samples);
  const auto name = bench.workload == "contended" ? prefix : prefix + "/" + std::to_string(number);
  return repeating_client(io, std::move(config), bench.workload, name, samples);
}

Measured measure(const Bench& bench, const std::vector<std::string>& endpoints,
                 const std::vector<pid_t>& servers, HistoryFile* history) {
  Measured measured;
  auto& samples = measured.samples;
  boost::asio::io_context io(1);
  std::vector<std::unique_ptr<LoadClient>> clients;
  const auto seed = static_cast<std::uint64_t>(net::now().since_origin.count());
  // New to the cluster: a history must begin with nothing held and nothing written.
  const auto prefix = "bench/" + std::to_string(::getpid()) + "." + std::to_string(seed / 1'000'000);
  for (std::uint32_t i = 0; i < bench.clients; ++i) {
    clients.push_back(make_client(io, bench, endpoints, prefix, seed, i, history, samples));
    clients.back()->begin();
  }
  run_for(io, bench.warmup);
  measured.before = measure_usage(servers);
  const auto begin = net::now();
  samples.measuring = true;
  run_for(io, bench.measured);
  samples.measuring = false;
  measured.seconds = static_cast<double>((net::now() - begin).count()) / 1e9;
  measured.after = measure_usage(servers);
  samples.stopping = true;
  drain(io, samples, 3s);
  for (auto& client : clients) client->close();
  drain(io, samples, 1s);
  return measured;
}

std::vector<pid_t> pids_of(const Bench& bench) {
  std::vector<pid_t> pids;
  const char* at = bench.pids.data();
  const char* end = at + bench.pids.size();
  for (pid_t pid = 0; at < end; ++at) {
    const auto parsed = std::from_chars(at, end, pid);
    if (parsed.ec == std::errc()) pids.push_back(pid);
    at = parsed.ptr;
  }
  if (!pids.empty()) return pids;
  if (const auto local = find_dev_cluster(); local && local.value()) {
    for (const auto& server : local.value()->servers) {
      if (server.running()) pids.push_back(server.pid);
    }
  }
  return pids;
}

std::map<std::string, Field> fields_of(const Bench& bench, const Measured& m) {
  const auto& s = m.samples;
  const double n = static_cast<double>(std::max<std::uint64_t>(s.pair.count(), 1));
  const double servers = m.after.servers_cpu_s - m.before.servers_cpu_s,
               self = m.after.self_cpu_s - m.before.self_cpu_s;
  const double others = m.after.machine_cpu_s - m.before.machine_cpu_s - servers - self;
  std::map<std::string, Field> fields = {
      {"label", bench.label},
      {"mode", bench.workload},
      {"clients", std::uint64_t{bench.clients}},
      {"n", s.pair.count()},
      {"failed", s.failed},
      {"unknown", s.unknown},
      {"timed_out", s.timed_out},
      {"per_s", static_cast<double>(s.pair.count()) / m.seconds},
      {"acq_p50_us", cli::percentile(s.acquire.kept(), 50)},
      {"acq_p99_us", cli::percentile(s.acquire.kept(), 99)},
      {"pair_p50_us", cli::percentile(s.pair.kept(), 50)},
      {"pair_p90_us", cli::percentile(s.pair.kept(), 90)},
      {"pair_p99_us", cli::percentile(s.pair.kept(), 99)},
      {"pair_max_us", cli::percentile(s.pair.kept(), 100)},
      {"srv_cpu_us_per_op", servers / n * 1e6},
      {"cli_cpu_us_per_op", self / n * 1e6},
      {"srv_cpu_cores", servers / m.seconds},
      {"cli_cpu_cores", self / m.seconds},
      {"other_cpu_cores", others / m.seconds},
      {"rss_mib", m.after.peak_mib},
      {"write_bytes_per_op", (m.after.written_bytes - m.before.written_bytes) / n},
      {"load", load_average()},
  };
  if (s.handoff.count() > 0) {
    fields["handoff_p50_us"] = cli::percentile(s.handoff.kept(), 50);
    fields["handoff_p99_us"] = cli::percentile(s.handoff.kept(), 99);
  }
  return fields;
}

std::string ms(double us) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", us / 1000);
  return text;
}

std::string table_of(const Bench& bench, const Measured& m) {
  const auto& s = m.samples;
  const auto per_s = static_cast<std::uint64_t>(static_cast<double>(s.pair.count()) / m.seconds);
  return cli::table({"WORKLOAD", "CLIENTS", "PER S", "P50 MS", "P90 MS", "P99 MS", "MAX MS", "FAILED"},
                    {{bench.workload, std::to_string(bench.clients), std::to_string(per_s),
                      ms(cli::percentile(s.pair.kept(), 50)), ms(cli::percentile(s.pair.kept(), 90)),
                      ms(cli::percentile(s.pair.kept(), 99)), ms(cli::percentile(s.pair.kept(), 100)),
                      std::to_string(s.failed)}});
}

}  // namespace

int carry_out(const Global& global, const Bench& bench) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return complain(endpoints.error()), cli::kUsage;
  std::unique_ptr<HistoryFile> history;
  if (!bench.history.empty()) {
    auto created = HistoryFile::create(bench.history);
    if (!created) return complain(created.error()), cli::kUsage;
    history = std::move(created).value();
  }
  auto measured = measure(bench, endpoints.value(), pids_of(bench), history.get());
  if (history) {
    if (const auto closed = history->close(); !closed) return complain(closed.error()), cli::kFailed;
  }
  auto& samples = measured.samples;
  if (!samples.reached) {
    return complain(why_not_reached(endpoints.value(), bench.warmup + bench.measured)), cli::kFailed;
  }
  for (auto* latencies : {&samples.acquire, &samples.pair, &samples.handoff}) latencies->sort();
  switch (global.output) {
    case Output::text:
      print(table_of(bench, measured));
      break;
    case Output::json:
      print(json_object(fields_of(bench, measured)));
      break;
    case Output::result:
      print("RESULT " + json_object(fields_of(bench, measured)));
      break;
  }
  if (samples.failed == 0) return cli::kYes;
  complain(std::to_string(samples.failed) + " requests failed, the last with: " + samples.failure);
  return cli::kNo;
}

}  // namespace lockctl
