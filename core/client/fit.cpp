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
          [&](const Acquire&) {
            return is_one_of<Granted, Queued, Held, Cancelled, Superseded, Deadlock>(r);
          },
          [&](const Release&) { return is_one_of<Released, NotHeld>(r); },
          [&](const Renew&) { return is_one_of<Renewed, NotHeld>(r); },
          [&](const Cancel&) {
            return is_one_of<Cancelled, Granted, Held, Superseded, Deadlock, OnceEnded>(r);
          },
          [&](const SetStatus&) { return is_one_of<StatusSet, RevisionMismatch, StaleToken>(r); },
          [&](const ClearStatus&) { return is_one_of<StatusCleared, RevisionMismatch>(r); },
          [&](const Leave&) { return is_one_of<Released, NotHeld>(r); },
          [&](const Downgrade&) { return is_one_of<Downgraded, NotHeld>(r); },
          [&](const Break&) { return is_one_of<Broken, NotHeld>(r); },
          [&](const Once&) {
            return is_one_of<Granted, Queued, Held, Cancelled, Superseded, Deadlock, OnceEnded>(r);
          },
          [&](const FinishOnce&) { return is_one_of<OnceFinished, StaleToken>(r); },
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
                        [&](const GetAudit&) { return is_one_of<AuditTrail>(r); },
                        [&](const GetSettings&) { return is_one_of<Settings>(r); },
                        [&](const Watch&) { return is_one_of<Changes, Reset>(r); },
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
                        [&](const Configure&) { return is_one_of<Settings>(r); },
                    },
                    request);
}

std::vector<std::string> names_of(const lock::Operation& operation) {
  std::vector<std::string> names;
  if (const auto* acquire = std::get_if<lock::Acquire>(&operation)) {
    for (const auto& wanted : acquire->locks) names.push_back(wanted.name);
  } else if (const auto* once = std::get_if<lock::Once>(&operation)) {
    names.push_back(once->name);
  }
  return names;
}

bool stands(const lock::Query& query) {
  return std::holds_alternative<lock::WaitStatus>(query) || std::holds_alternative<lock::Watch>(query);
}

bool only_asks(const lock::Admin& request) {
  return std::visit(Overload{
                        [](const lock::AddMember&) { return false; },
                        [](const lock::ChangeMembers&) { return false; },
                        [](const lock::TransferLeadership&) { return false; },
                        [](const lock::TakeSnapshot&) { return false; },
                        [](const lock::GetMembers&) { return true; },
                        [](const lock::GetMetrics&) { return true; },
                        [](const lock::Configure&) { return false; },
                    },
                    request);
}

}  // namespace client
