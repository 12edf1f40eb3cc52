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

bool fits(const lock::Admin& request, const lock::Reply& r) {
  using namespace lock;
  if (is_one_of<Refused>(r)) return true;
  return std::visit(Overload{
                        [&](const AddMember&) { return is_one_of<MemberAdded>(r); },
                        [&](const ChangeMembers&) { return is_one_of<MembersChanged>(r); },
                        [&](const TransferLeadership&) { return is_one_of<Transferred>(r); },
                        [&](const TakeSnapshot&) { return is_one_of<SnapshotTaken>(r); },
                        [&](const GetMembers&) { return is_one_of<Members>(r); },
                        [&](const GetMetrics&) { return is_one_of<Metrics>(r); },
                    },
                    request);
}

bool only_asks(const lock::Admin& request) {
  return std::visit(Overload{
                        [](const lock::AddMember&) { return false; },
                        [](const lock::ChangeMembers&) { return false; },
                        [](const lock::TransferLeadership&) { return false; },
                        [](const lock::TakeSnapshot&) { return false; },
                        [](const lock::GetMembers&) { return true; },
                        [](const lock::GetMetrics&) { return true; },
                    },
                    request);
}

}  // namespace client
