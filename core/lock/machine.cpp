#include "core/lock/machine.hpp"

#include "core/base/check.hpp"
#include "core/base/overload.hpp"

namespace lock {

Applied Machine::apply(LogTime stamp, const std::vector<Command>& commands) {
  CHECK(stamp >= stamp_);
  stamp_ = stamp;
  Applied out;
  out.answers.reserve(commands.size());
  expire(out);
  for (std::size_t place = 0; place < commands.size(); ++place) {
    Answer answer{place, {}, {}, {}};
    answer.reply = std::visit(base::Overload{
                                  [&](const OpenSession& command) { return open(command); },
                                  [&](const KeepAlive& command) {
                                    answer.session = command.session;
                                    return keep_alive(command);
                                  },
                                  [&](const CloseSession& command) {
                                    answer.session = command.session;
                                    return close(command, out);
                                  },
                                  [&](const Sequenced& command) {
                                    answer.session = command.session;
                                    answer.sequence = command.sequence;
                                    return sequenced(command, out);
                                  },
                                  [&](const Recover& command) { return recover(command, out); },
                                  [&](const Configure& command) { return configure(command); },
                              },
                              commands[place]);
    out.answers.push_back(std::move(answer));
  }
  return out;
}

std::optional<LogTime> Machine::next_expiry() const {
  return expiries_.next();
}

bool Machine::shed(std::size_t elements) {
  return sessions_.shed(elements) && holds_.shed(elements) && blocks_.shed(elements) &&
         records_.shed(elements) && audit_.shed(elements) && locks_.shed(elements) &&
         families_.shed(elements) && expiries_.shed(elements) && finished_.shed(elements);
}

}  // namespace lock
