#include "cli/lockctl/endpoints.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/lockctl/dev_state.hpp"
#include "core/base/duration.hpp"
#include "net/endpoint.hpp"

namespace lockctl {
namespace {

std::string await_connection(int fd, int timeout_ms) {
  pollfd ready{fd, POLLOUT, 0};
  if (::poll(&ready, 1, timeout_ms) <= 0) return "no answer";
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? "" : std::strerror(error);
}

// Empty: somebody listens there.
std::string knock(const std::string& text, int timeout_ms) {
  const auto endpoint = net::parse_endpoint(text);
  if (!endpoint) return endpoint.error();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(endpoint->host.c_str(), std::to_string(endpoint->port).c_str(), &hints, &found);
  if (failed != 0) return ::gai_strerror(failed);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::strerror(errno);
  std::string problem;
  if (::connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    problem = errno == EINPROGRESS ? await_connection(fd, timeout_ms) : std::strerror(errno);
  }
  ::close(fd);
  return problem;
}

}  // namespace

std::string join(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

base::Result<std::vector<std::string>> find_endpoints(const Global& global) {
  if (global.endpoints.empty()) {
    const auto local = find_dev_cluster();
    if (!local) return local.failure();
    if (!local.value()) {
      return base::Error{
          "no cluster: pass --endpoints HOST:PORT,..., set LOCKD_ENDPOINTS, or start one here with `lockctl "
          "dev up`"};
    }
    return local.value()->endpoints();
  }
  const auto parsed = net::parse_endpoints(global.endpoints);
  if (!parsed) return base::Error{"--endpoints: " + parsed.error()};
  std::vector<std::string> endpoints;
  for (const auto& endpoint : parsed.value()) endpoints.push_back(net::to_string(endpoint));
  return endpoints;
}

std::string why_not_reached(const std::vector<std::string>& endpoints, base::Duration tried_for) {
  const int each_ms = 300 / static_cast<int>(endpoints.size());
  std::vector<std::string> tried;
  bool anybody = false;
  for (const auto& endpoint : endpoints) {
    const auto problem = knock(endpoint, each_ms);
    anybody = anybody || problem.empty();
    tried.push_back(endpoint + " (" + (problem.empty() ? "listens" : problem) + ")");
  }
  return std::string(anybody ? "the cluster did not answer" : "no server was reached") + " within " +
         base::format_duration(tried_for) + ": tried " + join(tried, ", ") +
         (anybody ? "; `lockctl health` tells whether a majority is up" : "");
}

}  // namespace lockctl
