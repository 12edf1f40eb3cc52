// Reads what a scenario says of disks.
#pragma once

#include <string>
#include <vector>

#include "sim/disk_faults.hpp"
#include "sim/fields.hpp"
#include "sim/scenario.hpp"

namespace sim {

// `disk` of a scenario whose servers have that store.
void read_disk(const Field& field, StoreKind store, DiskFaults& faults);

// The action `disk`; `keys`: what may stand there beside those of every action, appended.
DiskAction read_disk_action(const Field& field, std::vector<std::string>& keys);

// Fails where the action means nothing to that store, or its time is missing.
void check_disk_action(const Field& field, StoreKind store, const DiskAction& action);

}  // namespace sim
