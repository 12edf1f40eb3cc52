// A lock on a majority of independent clusters, as Redlock's authors describe it: no cluster knows of the
// others, so there is no token, and nothing that a resource could check.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/lockctl/options.hpp"
#include "core/base/result.hpp"
#include "net/client_driver.hpp"

namespace boost::asio {
class io_context;
}

namespace lockctl {

// `a,b;c,d;e`: the endpoints of each cluster. At least two clusters, and no server in two of them.
base::Result<std::vector<std::vector<std::string>>> parse_clusters(const std::string& endpoints);

// What is left of the lease once a majority has granted: its length less the time that took, the drift of two
// clocks over it and two milliseconds for the clocks' grain.
base::Duration red_validity(lock::Millis ttl, base::Duration elapsed, std::uint32_t clock_error_ppm);

class Red {
 public:
  Red(boost::asio::io_context& io, const std::vector<std::vector<std::string>>& clusters,
      const lock::Acquire& request, lock::Millis ttl, const std::string& doing);

  std::size_t clusters() const { return members_.size(); }
  std::size_t majority() const { return members_.size() / 2 + 1; }

  // Asks all clusters at once. Afterwards either decided(), or all is given back.
  void begin_try();
  // Everybody has answered, a majority has granted, or no majority can any more.
  bool decided() const;
  std::size_t granted() const;
  base::Duration validity() const;  // of this try, from now on
  // How many clusters have answered this try, whatever; and for how long no majority has answered at all.
  std::size_t answered() const;
  base::Duration silent_for() const;
  // The endpoints of each cluster that has not answered this try.
  std::vector<std::vector<std::string>> silent() const;
  // Releases what was granted and takes back what is still asked. settled(): all of that is over.
  void give_back();
  bool settled() const;

  // Until when a majority certainly stands; nothing: it does not.
  std::optional<base::Instant> deadline() const;
  // Ends every session; closed(): all have answered, or will not.
  void close();
  bool closed() const;

 private:
  enum class Asked { no, asked, granted, refused };
  struct Member {
    std::unique_ptr<net::ClientDriver> driver;
    Asked asked = Asked::no;
    client::CallId call = {};
    lock::Token token = {};
    bool lost = false;
    std::vector<std::string> endpoints;
    base::Instant heard;  // the last answer; before the first: the beginning
    int busy = 0;         // calls that have not ended
  };
  void answered(Member& member, const client::Finished& finished);

  std::vector<Member> members_;
  lock::Acquire request_;
  lock::Millis ttl_;
  base::Instant begun_;
};

}  // namespace lockctl
