// Runs the client protocol over TCP on an io_context: what lockctl and its load generator are made of.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/client/client.hpp"
#include "net/clock.hpp"  // what instants of a driver are measured by

namespace net {

// Belongs to one thread: the one that runs the io_context.
class ClientDriver {
 public:
  using OnFinished = std::function<void(const client::Finished&)>;
  using OnProgress = std::function<void(const lock::Queued&)>;
  using OnNoticed = std::function<void(const lock::Reply&)>;  // Reset or Changes
  using OnLost = std::function<void(lock::Token, const std::string& why)>;

  ClientDriver(boost::asio::io_context& io, client::Config config);
  // Closes every connection; calls that are under way never finish.
  ~ClientDriver();

  // Calls back exactly once, never from within begin().
  client::CallId begin(client::Question question, std::optional<base::Duration> within, OnFinished finished,
                       OnProgress progress = {},
                       lock::Consistency consistency = lock::Consistency::linearizable,
                       OnNoticed noticed = {});
  // A hold of the session that somebody else or its own time has ended: with every renewal until it is released.
  void on_lost(OnLost lost);
  void give_up(client::CallId call);

  std::optional<lock::SessionId> session() const;
  std::optional<base::Instant> session_deadline() const;
  // As of client::Client.
  std::optional<base::Instant> when(lock::LogTime time) const;
  std::optional<base::Instant> hold_deadline(std::optional<lock::LogTime> ends_by) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace net
