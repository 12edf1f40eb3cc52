// lockctl release, renew, check: a hold by its token, whoever asks.
#include "cli/common/exit_code.hpp"
#include "cli/lockctl/one_shot.hpp"
#include "cli/lockctl/output.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

std::string token_text(const Hold& hold) {
  return "token " + std::to_string(hold.token.value);
}

int not_held(const Global& global, const Hold& hold, const std::string& said) {
  if (global.output == Output::json) {
    print(json_object({{"name", hold.name}, {"token", hold.token.value}, {"held", false}}));
  }
  say(global.quiet, said);
  return cli::kNo;
}

void print_left(const Global& global, const Hold& hold, lock::Millis left, const std::string& said) {
  if (global.output == Output::json) {
    print(json_object({{"name", hold.name},
                       {"token", hold.token.value},
                       {"held", true},
                       {"left_ms", std::int64_t{left.count()}}}));
  } else if (!said.empty()) {
    print(said + "\n");
  }
}

}  // namespace

int carry_out(const Global& global, const Release& release) {
  const lock::Operation operation = lock::Release{global.full_name(release.name), release.token};
  return ask_once(
      global, {"release " + release.name, operation, {}, cli::kFailed}, [&](const lock::Reply& reply) -> int {
        if (std::holds_alternative<lock::NotHeld>(reply)) {
          return not_held(global, release,
                          release.name + " with " + token_text(release) + ": already released");
        }
        if (!std::holds_alternative<lock::Released>(reply)) return unexpected(reply);
        if (global.output == Output::json) {
          print(json_object({{"name", release.name}, {"token", release.token.value}, {"released", true}}));
        }
        return cli::kYes;
      });
}

int carry_out(const Global& global, const Renew& renew) {
  const lock::Operation operation = lock::Renew{global.full_name(renew.name), renew.token, renew.ttl};
  return ask_once(
      global, {"renew " + renew.name, operation, {}, cli::kFailed}, [&](const lock::Reply& reply) -> int {
        if (std::holds_alternative<lock::NotHeld>(reply)) {
          return not_held(global, renew, renew.name + " with " + token_text(renew) + ": no longer held");
        }
        const auto* renewed = std::get_if<lock::Renewed>(&reply);
        if (!renewed) return unexpected(reply);
        print_left(global, renew, renewed->lease.end - renewed->lease.stamp, "");
        return cli::kYes;
      });
}

int carry_out(const Global& global, const Check& check) {
  const lock::Query query = lock::CheckHold{global.full_name(check.name), check.token};
  return ask_once(
      global, {"check " + check.name, query, {}, cli::kFailed, "", check.consistency},
      [&](const lock::Reply& reply) -> int {
        if (std::holds_alternative<lock::NotHeld>(reply)) {
          return not_held(global, check, check.name + " with " + token_text(check) + ": no longer held");
        }
        const auto* stands = std::get_if<lock::HoldStands>(&reply);
        if (!stands) return unexpected(reply);
        print_left(global, check, stands->left,
                   check.name + " is held by " + token_text(check) + " for another " + roughly(stands->left));
        return cli::kYes;
      });
}

}  // namespace lockctl
