// One client of the cluster and the loop it runs on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/lockctl/options.hpp"
#include "cli/lockctl/seen.hpp"
#include "net/client_driver.hpp"

namespace boost::asio {
class io_context;
}

namespace lockctl {

class Cluster {
 public:
  // `doing` goes into what others see as the holder: host, pid, doing. Under `lockctl run` against the same
  // servers, its session is the parent of this one.
  Cluster(std::vector<std::string> endpoints, lock::Millis session_ttl, const std::string& doing);
  ~Cluster();

  boost::asio::io_context& io() { return *io_; }
  net::ClientDriver& driver() { return driver_; }
  const std::vector<std::string>& endpoints() const { return endpoints_; }

  // As driver().begin(), and recorded for --history; but a stale read promises nothing that could be judged.
  client::CallId begin(client::Question question, std::optional<base::Duration> within,
                       net::ClientDriver::OnFinished finished, net::ClientDriver::OnProgress progress = {},
                       lock::Consistency consistency = lock::Consistency::linearizable,
                       net::ClientDriver::OnNoticed noticed = {});
  // Runs the loop until the answer is there.
  client::Finished ask(client::Question question, std::optional<base::Duration> within,
                       lock::Consistency consistency = lock::Consistency::linearizable);
  // Ends the session, where there is one, so that nothing of it lingers for its ttl; gives up soon.
  void close();

 private:
  std::unique_ptr<boost::asio::io_context> io_;
  std::vector<std::string> endpoints_;
  net::ClientDriver driver_;
  SeenByOne seen_;
};

constexpr lock::Millis kSessionTtl{15'000};

}  // namespace lockctl
