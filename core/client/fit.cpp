#include "core/client/fit.hpp"

#include "core/base/overload.hpp"

namespace client {

using base::Overload;

namespace {

template <class... Alternatives>
bool is_one_of(const lock::Reply& reply) {
  return (std::holds_alternative<Alternatives>(reply) || ...);
}

}  // namespace

bool fits(const lock::Operation& operation, const lock::Reply& r) {
  using namespace lock;
  if (is_one_of<SessionExpired, Refused, StaleSequence>(r)) return true;
  return std::visit(
      Overload{
          [&](const Acquire&) { return is_one_of<Granted, Queued, Held, Cancelled>(r); },
          [&](const Release&) { return is_one_of<Released, NotHeld>(r); },
          [&](const Renew&) { return is_one_of<Renewed, NotHeld>(r); },
          [&](const Cancel&) { return is_one_of<Cancelled, Granted, Held>(r); },
          [&](const SetStatus&) { return is_one_of<StatusSet, RevisionMismatch, StaleToken>(r); },
          [&](const ClearStatus&) { return is_one_of<StatusCleared, RevisionMismatch>(r); },
      },
      operation);
}

bool fits(const lock::Query& query, const lock::Reply& r) {
  using namespace lock;
  if (is_one_of<Refused>(r)) return true;
  return std::visit(Overload{
                        [&](const GetStatus&) { return is_one_of<NameView>(r); },
                        [&](const WaitStatus&) { return is_one_of<NameView>(r); },
                        [&](const List&) { return is_one_of<Listing>(r); },
                        [&](const CheckHold&) { return is_one_of<HoldStands, NotHeld>(r); },
                        [&](const GetHealth&) { return is_one_of<Health>(r); },
                    },
                    query);
}

}  // namespace client
