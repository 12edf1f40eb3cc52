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
      global, {"release " + release.name, operation, {}, cli::kNotInTime},
      [&](const lock::Reply& reply) -> int {
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
      global, {"renew " + renew.name, operation, {}, cli::kNotInTime}, [&](const lock::Reply& reply) -> int {
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
      global, {"check " + check.name, query, {}, cli::kNotInTime, "", check.consistency},
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

int carry_out(const Global& global, const Downgrade& downgrade) {
  const lock::Operation operation = lock::Downgrade{global.full_name(downgrade.name), downgrade.token};
  return ask_once(
      global,
      {"downgrade " + downgrade.name,
       operation,
       {},
       cli::kNotInTime,
       "",
       lock::Consistency::linearizable,
       cli::kNo},
      [&](const lock::Reply& reply) -> int {
        if (std::holds_alternative<lock::NotHeld>(reply)) {
          return not_held(global, downgrade,
                          downgrade.name + " with " + token_text(downgrade) + ": no longer held");
        }
        if (!std::holds_alternative<lock::Downgraded>(reply)) return unexpected(reply);
        if (global.output == Output::json) {
          print(json_object({{"name", downgrade.name}, {"token", downgrade.token.value}, {"held", true}}));
        }
        return cli::kYes;
      });
}

int carry_out(const Global& global, const Break& broken) {
  const lock::Operation operation =
      lock::Break{global.full_name(broken.name), broken.token, broken.reason, broken.now};
  return ask_once(
      global,
      {"break " + broken.name, operation, {}, cli::kNotInTime, "", lock::Consistency::linearizable, cli::kNo},
      [&](const lock::Reply& reply) -> int {
        if (std::holds_alternative<lock::NotHeld>(reply)) {
          return not_held(global, broken,
                          broken.name + " with " + token_text(broken) + ": that hold is over already");
        }
        const auto* done = std::get_if<lock::Broken>(&reply);
        if (!done) return unexpected(reply);
        if (global.output == Output::json) {
          print(json_object({{"name", broken.name},
                             {"token", broken.token.value},
                             {"broken", true},
                             {"blocked_for_ms", std::int64_t{done->blocked_for.count()}}}));
        }
        const auto others = done->blocked_for.count() == 0
                                ? ": others may get it at once, though its holder may still act: only what "
                                  "checks fencing tokens is protected"
                                : ": others get it once its holder has let go, at the latest in " +
                                      roughly(done->blocked_for);
        say(global.quiet, broken.name + " with " + token_text(broken) + " is broken" + others);
        return cli::kYes;
      });
}

}  // namespace lockctl
