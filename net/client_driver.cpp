#include "net/client_driver.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "core/base/check.hpp"
#include "net/client_connection.hpp"
#include "net/turn.hpp"

namespace net {

using base::Duration;
using base::Instant;

namespace {

// The timer's clock stands still while the machine is suspended; ours doesn't. So look again at least so
// often.
constexpr Duration kTimerMax = std::chrono::seconds(1);

}  // namespace

struct ClientDriver::Impl : std::enable_shared_from_this<ClientDriver::Impl> {
  struct Call {
    OnFinished finished;
    OnProgress progress;
    OnNoticed noticed;
  };

  Impl(boost::asio::io_context& loop, client::Config config)
      : io(loop), client(std::move(config)), turn(loop), timer(loop) {}

  client::CallId begin(client::Question question, std::optional<Duration> within, Call call,
                       lock::Consistency consistency);
  void stop();

  void input(const client::Input& what);
  void carry_out(client::Effects effects);
  void connect(const client::Connect& wish);
  void call_back(const client::Effects& effects);
  void tell_of(const client::Effects& effects);
  void wake_at(std::optional<Instant> when);
  void arm();

  boost::asio::io_context& io;
  client::Client client;
  Turn turn;
  boost::asio::steady_timer timer;
  std::optional<Instant> wish;       // when the client wants to be woken
  std::optional<Instant> armed_for;  // when the timer fires; earlier than the wish is no harm
  std::map<client::LinkId, std::shared_ptr<ClientConnection>> connections;
  std::map<client::CallId, Call> calls;
  client::CallId last_call;
  OnLost lost;
  bool stopped = false;
};

client::CallId ClientDriver::Impl::begin(client::Question question, std::optional<Duration> within, Call call,
                                         lock::Consistency consistency) {
  last_call = last_call.next();
  calls.emplace(last_call, std::move(call));
  auto effects = client.step(now(), client::Begin{last_call, std::move(question), within, consistency});
  client::Effects later;
  std::swap(later.finished, effects.finished);
  std::swap(later.progress, effects.progress);
  std::swap(later.noticed, effects.noticed);
  std::swap(later.lost, effects.lost);
  carry_out(std::move(effects));
  if (!later.finished.empty() || !later.progress.empty() || !later.noticed.empty() || !later.lost.empty()) {
    boost::asio::post(io, [self = shared_from_this(), later = std::move(later)] { self->call_back(later); });
  }
  return last_call;
}

void ClientDriver::Impl::stop() {
  stopped = true;
  timer.cancel();
  for (const auto& [link, connection] : connections) connection->close();
  connections.clear();
  // The callback that is running may be one of these.
  boost::asio::post(io, [kept = std::exchange(calls, {})] {});
}

void ClientDriver::Impl::input(const client::Input& what) {
  if (!stopped) carry_out(client.step(now(), what));
}

// Everything that one step sends leaves in one write. Callbacks come last: they may begin calls, or end this
// driver.
void ClientDriver::Impl::carry_out(client::Effects effects) {
  turn.begin();
  for (const auto& send : effects.sends) {
    const auto connection = connections.find(send.link);
    CHECK(connection != connections.end());
    connection->second->send(wire::ClientRequest{send.call, send.consistency, send.request});
  }
  turn.end();
  for (const auto& close : effects.closes) {
    const auto connection = connections.extract(close.link);
    if (connection) connection.mapped()->close();
  }
  for (const auto& wanted : effects.connects) connect(wanted);
  wake_at(effects.wake_at);
  call_back(effects);
}

void ClientDriver::Impl::connect(const client::Connect& wanted) {
  const auto weak = weak_from_this();
  const auto link = wanted.link;
  ClientConnection::Handlers handlers;
  handlers.connected = [weak, link] {
    if (const auto self = weak.lock()) self->input(client::Connected{link});
  };
  handlers.reply = [weak, link](wire::ServerReply reply) {
    if (const auto self = weak.lock())
      self->input(client::Received{link, reply.call, std::move(reply.reply)});
  };
  handlers.gone = [weak, link] {
    const auto self = weak.lock();
    if (!self) return;
    self->connections.erase(link);
    self->input(client::Disconnected{link});
  };
  const auto connection = std::make_shared<ClientConnection>(io, turn, std::move(handlers));
  connections.emplace(link, connection);
  connection->open(wanted.endpoint);
}

void ClientDriver::Impl::call_back(const client::Effects& effects) {
  const auto self = shared_from_this();
  tell_of(effects);
  for (const auto& finished : effects.finished) {
    if (stopped) return;
    const auto call = calls.extract(finished.call);
    CHECK(!call.empty());
    call.mapped().finished(finished);
  }
}

// What ends no call. A callback may end this driver, and any call of it.
void ClientDriver::Impl::tell_of(const client::Effects& effects) {
  for (const auto& [token, why] : effects.lost) {
    const auto tell = lost;
    if (!stopped && tell) tell(token, why);
  }
  for (const auto& progress : effects.progress) {
    const auto call = calls.find(progress.call);
    if (!stopped && call != calls.end() && call->second.progress) call->second.progress(progress.queued);
  }
  for (const auto& noticed : effects.noticed) {
    const auto call = calls.find(noticed.call);
    if (!stopped && call != calls.end() && call->second.noticed) call->second.noticed(noticed.reply);
  }
}

// A later wish leaves the timer alone: nearly every step has one, and nearly none comes true.
void ClientDriver::Impl::wake_at(std::optional<Instant> when) {
  wish = when;
  if (wish && (!armed_for || *wish < *armed_for)) arm();
}

void ClientDriver::Impl::arm() {
  const auto from = now();
  armed_for = std::min(*wish, from + kTimerMax);
  timer.expires_after(std::max(*armed_for - from, Duration::zero()));
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped) return;
    self->armed_for.reset();
    if (!self->wish) return;
    if (*self->wish <= now()) return self->input(client::TimerFired{});
    self->arm();
  });
}

ClientDriver::ClientDriver(boost::asio::io_context& io, client::Config config)
    : impl_(std::make_shared<Impl>(io, std::move(config))) {}

ClientDriver::~ClientDriver() {
  impl_->stop();
}

client::CallId ClientDriver::begin(client::Question question, std::optional<Duration> within,
                                   OnFinished finished, OnProgress progress, lock::Consistency consistency,
                                   OnNoticed noticed) {
  return impl_->begin(std::move(question), within,
                      {std::move(finished), std::move(progress), std::move(noticed)}, consistency);
}

void ClientDriver::on_lost(OnLost lost) {
  impl_->lost = std::move(lost);
}

void ClientDriver::give_up(client::CallId call) {
  auto& impl = *impl_;
  boost::asio::post(impl.io, [weak = impl.weak_from_this(), call] {
    if (const auto self = weak.lock()) self->input(client::GiveUp{call});
  });
}

std::optional<lock::SessionId> ClientDriver::session() const {
  return impl_->client.session();
}
std::optional<Instant> ClientDriver::session_deadline() const {
  return impl_->client.session_deadline();
}
std::optional<Instant> ClientDriver::when(lock::LogTime time) const {
  return impl_->client.when(time);
}
std::optional<Instant> ClientDriver::hold_deadline(std::optional<lock::LogTime> ends_by) const {
  return impl_->client.hold_deadline(ends_by);
}

}  // namespace net
