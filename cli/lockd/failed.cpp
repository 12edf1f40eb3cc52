#include "cli/lockd/failed.hpp"

namespace lockd {

namespace {

int exit_code(store::Fault fault) {
  switch (fault) {
    case store::Fault::damaged:
      return EX_DATAERR;
    case store::Fault::disk:
      return EX_IOERR;
    case store::Fault::identity:
      return EX_CONFIG;
    case store::Fault::absent:
      return EX_CONFIG;
    case store::Fault::busy:
      return EX_IOERR;
  }
  return EX_SOFTWARE;
}

}  // namespace

Failed failed(const store::Failure& failure) {
  return {failure.message, exit_code(failure.fault)};
}

}  // namespace lockd
