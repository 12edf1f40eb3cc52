#include "core/base/overload.hpp"
#include "core/lock/command.hpp"
#include "core/lock/event.hpp"
#include "core/lock/reply.hpp"

namespace lock {

const char* name_of(const Operation& operation) {
  return std::visit(base::Overload{
                        [](const Acquire&) { return "acquire"; },
                        [](const Release&) { return "release"; },
                        [](const Renew&) { return "renew"; },
                        [](const Cancel&) { return "cancel"; },
                        [](const SetStatus&) { return "set_status"; },
                        [](const ClearStatus&) { return "clear_status"; },
                        [](const Leave&) { return "leave"; },
                        [](const Downgrade&) { return "downgrade"; },
                        [](const Break&) { return "break"; },
                        [](const Once&) { return "once"; },
                        [](const FinishOnce&) { return "finish_once"; },
                    },
                    operation);
}

const char* name_of(const Event& event) {
  return std::visit(base::Overload{
                        [](const LockGranted&) { return "lock_granted"; },
                        [](const HoldEnded&) { return "hold_ended"; },
                        [](const StatusChanged&) { return "status_changed"; },
                        [](const StaleTokenRefused&) { return "stale_token_refused"; },
                        [](const SessionEnded&) { return "session_ended"; },
                    },
                    event);
}

const char* name_of(const Reply& reply) {
  return std::visit(base::Overload{
                        [](const SessionOpened&) { return "session_opened"; },
                        [](const KeptAlive&) { return "kept_alive"; },
                        [](const SessionClosed&) { return "session_closed"; },
                        [](const SessionExpired&) { return "session_expired"; },
                        [](const Granted&) { return "granted"; },
                        [](const Queued&) { return "queued"; },
                        [](const Held&) { return "held"; },
                        [](const Released&) { return "released"; },
                        [](const Renewed&) { return "renewed"; },
                        [](const NotHeld&) { return "not_held"; },
                        [](const Cancelled&) { return "cancelled"; },
                        [](const StatusSet&) { return "status_set"; },
                        [](const StatusCleared&) { return "status_cleared"; },
                        [](const RevisionMismatch&) { return "revision_mismatch"; },
                        [](const StaleToken&) { return "stale_token"; },
                        [](const Refused&) { return "refused"; },
                        [](const StaleSequence&) { return "stale_sequence"; },
                        [](const NameView&) { return "name_view"; },
                        [](const Listing&) { return "listing"; },
                        [](const HoldStands&) { return "hold_stands"; },
                        [](const Health&) { return "health"; },
                        [](const NotLeader&) { return "not_leader"; },
                        [](const LeadershipLost&) { return "leadership_lost"; },
                        [](const MemberAdded&) { return "member_added"; },
                        [](const MembersChanged&) { return "members_changed"; },
                        [](const Transferred&) { return "transferred"; },
                        [](const SnapshotTaken&) { return "snapshot_taken"; },
                        [](const Members&) { return "members"; },
                        [](const Metrics&) { return "metrics"; },
                        [](const Superseded&) { return "superseded"; },
                        [](const Deadlock&) { return "deadlock"; },
                        [](const Downgraded&) { return "downgraded"; },
                        [](const Broken&) { return "broken"; },
                        [](const OnceEnded&) { return "once_ended"; },
                        [](const OnceFinished&) { return "once_finished"; },
                        [](const AuditTrail&) { return "audit_trail"; },
                        [](const Settings&) { return "settings"; },
                        [](const Changes&) { return "changes"; },
                        [](const Reset&) { return "reset"; },
                    },
                    reply);
}

}  // namespace lock
