// One function a verb; each answers the exit code.
#pragma once

#include "cli/lockctl/options.hpp"

namespace lockctl {

int carry_out(const Global& global, const Run& run);
int carry_out(const Global& global, const Once& once);
int carry_out(const Global& global, const Elect& elect);
int carry_out(const Global& global, const Fence& fence);
int carry_out(const Global& global, const Acquire& acquire);
int carry_out(const Global& global, const Release& release);
int carry_out(const Global& global, const Renew& renew);
int carry_out(const Global& global, const Check& check);
int carry_out(const Global& global, const Downgrade& downgrade);
int carry_out(const Global& global, const Break& broken);
int carry_out(const Global& global, const ReadStatus& read);
int carry_out(const Global& global, const SetStatus& set);
int carry_out(const Global& global, const WaitStatus& wait);
int carry_out(const Global& global, const ClearStatus& clear);
int carry_out(const Global& global, const Watch& watch);
int carry_out(const Global& global, const Audit& audit);
int carry_out(const Global& global, const List& list);
int carry_out(const Global& global, const ShowLimits& show);
int carry_out(const Global& global, const MoveLimits& move);
int carry_out(const Global& global, const Health& health);
int carry_out(const Global& global, const ListMembers& list);
int carry_out(const Global& global, const AlterMembers& alter);
int carry_out(const Global& global, const Transfer& transfer);
int carry_out(const Global& global, const Snapshot& snapshot);
int carry_out(const Global& global, const ShowMetrics& show);
int carry_out(const Global& global, const Bench& bench);
int carry_out(const Global& global, const Completion& completion);
int carry_out(const Global& global, const DevUp& up);
int carry_out(const Global& global, const DevStatus& status);
int carry_out(const Global& global, const DevAdd& add);
int carry_out(const Global& global, const DevRemove& remove);
int carry_out(const Global& global, const DevRestart& restart);
int carry_out(const Global& global, const DevKill& kill);
int carry_out(const Global& global, const DevPause& pause);
int carry_out(const Global& global, const DevDown& down);

}  // namespace lockctl
