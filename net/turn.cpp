#include "net/turn.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/connection.hpp"

namespace net {

void Turn::has_output(std::shared_ptr<Connection> connection) {
  if (waiting_.empty() && !under_way_) boost::asio::post(io_, lifeline_.guard([this] { flush(); }));
  waiting_.push_back(std::move(connection));
}

void Turn::end() {
  under_way_ = false;
  flush();
}

void Turn::flush() {
  // Writing never calls back at once, so nothing is added meanwhile.
  std::swap(waiting_, flushing_);
  for (const auto& connection : flushing_) connection->flush();
  flushing_.clear();
}

}  // namespace net
