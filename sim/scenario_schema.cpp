#include "sim/scenario.hpp"

namespace sim {

const char* scenario_schema() {
  return
#include "sim/scenario_schema.inc"
      ;
}

}  // namespace sim
