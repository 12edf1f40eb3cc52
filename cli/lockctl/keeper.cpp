#include "cli/lockctl/keeper.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/lockctl/cluster.hpp"

namespace lockctl {
namespace {

using namespace std::chrono_literals;

// Calls of renewal follow one another, each with the time that is left of the lease, until the process is
// gone.
class Keeper {
 public:
  explicit Keeper(const Keep& keep)
      : keep_(keep),
        cluster_(keep.endpoints, session_ttl(keep), "keep " + keep.name),
        watched_(cluster_.io(), keep.watched),
        timer_(cluster_.io()) {}

  void run() {
    watched_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code&) { gone_ = true; });
    renew();
    while (!gone_ && !lost_) cluster_.io().run_one();
    watched_.release();
    timer_.cancel();
    if (!lost_ && !keep_.outer_holds)
      cluster_.ask(lock::Operation(lock::Release{keep_.name, keep_.token}), keep_.ttl);
    cluster_.close();
  }

 private:
  static lock::Millis session_ttl(const Keep& keep) { return std::max(kSessionTtl, keep.ttl); }

  void renew() {
    cluster_.begin(lock::Operation(lock::Renew{keep_.name, keep_.token, keep_.ttl}), keep_.ttl,
                   [this](const client::Finished& finished) { renewed(finished); });
  }

  void renewed(const client::Finished& finished) {
    const auto* reply = std::get_if<lock::Reply>(&finished.outcome);
    lost_ = reply && !std::holds_alternative<lock::Renewed>(*reply);
    if (lost_) return;
    timer_.expires_after(reply ? base::Duration(keep_.ttl) / 3 : base::Duration(100ms));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !gone_) renew();
    });
  }

  Keep keep_;
  Cluster cluster_;
  boost::asio::posix::stream_descriptor watched_;
  boost::asio::steady_timer timer_;
  bool gone_ = false;
  bool lost_ = false;
};

void detach(int kept) {
  ::setsid();
  ::prctl(PR_SET_NAME, "lock-keeper");
  // The guard of an outer lockctl sends TERM to all below it; its grace is enough for the release.
  for (const int ignored : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) ::signal(ignored, SIG_IGN);
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  // A pipe that this process kept open would never end for its reader.
  const auto below = static_cast<unsigned>(kept);
  if (below > 3) ::close_range(3, below - 1, 0);
  ::close_range(std::max(3u, below + 1), ~0u, 0);
  [[maybe_unused]] const int moved = ::chdir("/");
}

}  // namespace

bool start_keeper(const Keep& keep) {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child > 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  // The second fork: the keeper is nobody's child, so nobody has to wait for it.
  const pid_t keeper = ::fork();
  if (keeper != 0) ::_exit(keeper > 0 ? 0 : 1);
  detach(keep.watched);
  Keeper(keep).run();
  ::_exit(0);
}

}  // namespace lockctl
