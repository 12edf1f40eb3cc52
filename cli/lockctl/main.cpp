#include <exception>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/parse.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/seen.hpp"
#include "cli/lockctl/verbs.hpp"
#include "core/base/overload.hpp"

namespace {

base::Status begin_history(const lockctl::Global& global) {
  return global.history.empty() ? base::Status(base::Done{}) : lockctl::seen::begin(global.history);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return std::visit(base::Overload{[](const lockctl::Options& options) -> int {
                                       if (const auto file = begin_history(options.global); !file) {
                                         lockctl::complain(file.error());
                                         return cli::kFailed;
                                       }
                                       return lockctl::having_printed(std::visit(
                                           [&](const auto& verb) -> int {
                                             return lockctl::carry_out(options.global, verb);
                                           },
                                           options.verb));
                                     },
                                     [](const lockctl::Answer& answer) -> int {
                                       lockctl::print(answer.text);
                                       return lockctl::having_printed(cli::kYes);
                                     },
                                     [](const lockctl::UsageError& error) -> int {
                                       lockctl::complain(error.message);
                                       return error.code;
                                     }},
                      lockctl::parse_options(argc, argv));
  } catch (const std::exception& bug) {
    lockctl::complain(std::string("stopped by a bug of its own, please report it: ") + bug.what());
    return cli::kFailed;
  }
}
