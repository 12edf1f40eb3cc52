// lockctl bench: many clients in one process, each with its own session and connection, as fast as they are
// answered.
#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <unistd.h>

#include "cli/common/exit_code.hpp"
#include "cli/common/percentile.hpp"
#include "cli/common/table.hpp"
#include "cli/lockctl/cluster.hpp"
#include "cli/lockctl/dev_state.hpp"
#include "cli/lockctl/endpoints.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/usage.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

float us_between(base::Instant a, base::Instant b) {
  return static_cast<float>((b - a).count()) / 1000.0f;
}

// Shared by all clients of a run.
struct Samples {
  bool measuring = false;
  bool stopping = false;
  std::vector<float> acquire_us, pair_us, handoff_us;
  std::uint64_t failed = 0;
  std::string failure;
  std::optional<base::Instant> let_go;  // contended: when the last holder asked to release
  std::size_t busy = 0;
};

class Load {
 public:
  Load(boost::asio::io_context& io, client::Config config, const std::string& workload, std::string name,
       Samples& samples)
      : driver_(io, std::move(config)), workload_(workload), name_(std::move(name)), samples_(samples) {}

  void begin() {
    ++samples_.busy;
    next();
  }
  void close() {
    ++samples_.busy;
    driver_.begin(client::CloseSession{}, 1s, [this](const client::Finished&) { --samples_.busy; });
  }

 private:
  bool locks() const { return workload_ == "uncontended" || workload_ == "contended"; }

  void next() {
    if (samples_.stopping) {
      --samples_.busy;
      return;
    }
    asked_ = net::now();
    if (locks()) return acquire();
    const client::Question question =
        workload_ == "read"
            ? client::Question(lock::Query(lock::GetStatus{name_}))
            : client::Question(lock::Operation(lock::SetStatus{name_, "running", {}, "", {}, {}, 10min}));
    driver_.begin(question, 10s, [this](const client::Finished& finished) { answered(finished); });
  }

  void acquire() {
    driver_.begin(lock::Operation(lock::Acquire{name_, true, {}, ""}), 30s,
                  [this](const client::Finished& finished) {
                    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
                    const auto* granted = reply ? std::get_if<lock::Granted>(reply) : nullptr;
                    if (!granted) return failed(finished);
                    granted_ = net::now();
                    if (samples_.measuring && samples_.let_go && granted->waited) {
                      samples_.handoff_us.push_back(us_between(*samples_.let_go, granted_));
                    }
                    samples_.let_go = granted_;
                    driver_.begin(lock::Operation(lock::Release{name_, granted->token}), 10s,
                                  [this](const client::Finished& released) { answered(released); });
                  });
  }

  void answered(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const bool good = reply && (std::holds_alternative<lock::Released>(*reply) ||
                                std::holds_alternative<lock::StatusSet>(*reply) ||
                                std::holds_alternative<lock::NameView>(*reply));
    if (!good) return failed(finished);
    if (samples_.measuring) {
      const auto now = net::now();
      samples_.pair_us.push_back(us_between(asked_, now));
      samples_.acquire_us.push_back(us_between(asked_, locks() ? granted_ : now));
    }
    next();
  }

  void failed(const client::Finished& finished) {
    ++samples_.failed;
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    const auto* refused = reply ? std::get_if<lock::Refused>(reply) : nullptr;
    samples_.failure = refused ? refused->why : reply ? lock::name_of(*reply) : "no answer";
    // A session that has ended stays ended: this client has nothing more to give.
    if (reply) {
      --samples_.busy;
      return;
    }
    next();
  }

  net::ClientDriver driver_;
  const std::string& workload_;
  std::string name_;
  Samples& samples_;
  base::Instant asked_, granted_;
};

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

Measured measure(const Bench& bench, const std::vector<std::string>& endpoints,
                 const std::vector<pid_t>& servers) {
  Measured measured;
  auto& samples = measured.samples;
  boost::asio::io_context io(1);
  std::vector<std::unique_ptr<Load>> clients;
  const std::string prefix = "bench/" + std::to_string(::getpid());
  for (std::uint32_t i = 0; i < bench.clients; ++i) {
    client::Config config;
    config.endpoints = endpoints;
    config.who = prefix;
    config.seed = static_cast<std::uint64_t>(net::now().since_origin.count()) + i;
    const auto name = bench.workload == "contended" ? prefix : prefix + "/" + std::to_string(i);
    clients.push_back(std::make_unique<Load>(io, std::move(config), bench.workload, name, samples));
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
  const double n = static_cast<double>(std::max<std::size_t>(s.pair_us.size(), 1));
  const double servers = m.after.servers_cpu_s - m.before.servers_cpu_s,
               self = m.after.self_cpu_s - m.before.self_cpu_s;
  const double others = m.after.machine_cpu_s - m.before.machine_cpu_s - servers - self;
  std::map<std::string, Field> fields = {
      {"label", bench.label},
      {"mode", bench.workload},
      {"clients", std::uint64_t{bench.clients}},
      {"n", std::uint64_t{s.pair_us.size()}},
      {"failed", s.failed},
      {"per_s", static_cast<double>(s.pair_us.size()) / m.seconds},
      {"acq_p50_us", cli::percentile(s.acquire_us, 50)},
      {"acq_p99_us", cli::percentile(s.acquire_us, 99)},
      {"pair_p50_us", cli::percentile(s.pair_us, 50)},
      {"pair_p90_us", cli::percentile(s.pair_us, 90)},
      {"pair_p99_us", cli::percentile(s.pair_us, 99)},
      {"pair_max_us", cli::percentile(s.pair_us, 100)},
      {"srv_cpu_us_per_op", servers / n * 1e6},
      {"cli_cpu_us_per_op", self / n * 1e6},
      {"srv_cpu_cores", servers / m.seconds},
      {"cli_cpu_cores", self / m.seconds},
      {"other_cpu_cores", others / m.seconds},
      {"rss_mib", m.after.peak_mib},
      {"write_bytes_per_op", (m.after.written_bytes - m.before.written_bytes) / n},
      {"load", load_average()},
  };
  if (!s.handoff_us.empty()) {
    fields["handoff_p50_us"] = cli::percentile(s.handoff_us, 50);
    fields["handoff_p99_us"] = cli::percentile(s.handoff_us, 99);
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
  const auto per_s = static_cast<std::uint64_t>(static_cast<double>(s.pair_us.size()) / m.seconds);
  return cli::table(
      {"WORKLOAD", "CLIENTS", "PER S", "P50 MS", "P90 MS", "P99 MS", "MAX MS", "FAILED"},
      {{bench.workload, std::to_string(bench.clients), std::to_string(per_s),
        ms(cli::percentile(s.pair_us, 50)), ms(cli::percentile(s.pair_us, 90)),
        ms(cli::percentile(s.pair_us, 99)), ms(cli::percentile(s.pair_us, 100)), std::to_string(s.failed)}});
}

}  // namespace

int carry_out(const Global& global, const Bench& bench) {
  const auto endpoints = find_endpoints(global);
  if (!endpoints) return complain(endpoints.error()), cli::kUsage;
  auto measured = measure(bench, endpoints.value(), pids_of(bench));
  auto& samples = measured.samples;
  if (samples.pair_us.empty() && samples.failed == 0) {
    return complain(why_not_reached(endpoints.value(), bench.warmup + bench.measured)), cli::kFailed;
  }
  for (auto* values : {&samples.acquire_us, &samples.pair_us, &samples.handoff_us})
    std::ranges::sort(*values);
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
