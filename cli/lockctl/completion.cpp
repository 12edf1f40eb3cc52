// lockctl completion: a script that tells a shell's Tab key the verbs, the flags, and the names in use.
#include <algorithm>
#include <set>

#include "cli/common/exit_code.hpp"
#include "cli/lockctl/completion_words.hpp"
#include "cli/lockctl/say.hpp"
#include "cli/lockctl/verbs.hpp"

namespace lockctl {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between = " ") {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string names_of(const std::vector<FlagWords>& flags) {
  std::string out;
  for (const auto& flag : flags) out += (out.empty() ? "" : " ") + joined(flag.names);
  return out;
}

// Within single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

// Every flag of any verb, once.
std::vector<FlagWords> every_flag(const AllWords& all) {
  auto flags = all.global;
  for (const auto& verb : all.verbs) flags.insert(flags.end(), verb.flags.begin(), verb.flags.end());
  return flags;
}

// The verbs at the beginning, or those behind `dev` or `members`.
std::vector<std::string> verbs_behind(const AllWords& all, const std::string& first) {
  std::vector<std::string> out;
  for (const auto& verb : all.verbs) {
    const auto space = verb.name.find(' ');
    if (first.empty() && space == std::string::npos) out.push_back(verb.name);
    if (!first.empty() && space != std::string::npos && verb.name.substr(0, space) == first)
      out.push_back(verb.name.substr(space + 1));
  }
  return out;
}

// Common to bash and zsh: `words` as they stand, `at` the place of the one that is completed, both from 0.
// Leaves in `offered` what may stand there, or sets `behind` where a command of the user's own begins.
std::string find_words(const AllWords& all) {
  std::set<std::string> valued, told;
  std::string out, of_values, of_verbs, of_locks;
  for (const auto& flag : every_flag(all)) {
    if (!flag.takes_value) continue;
    for (const auto& name : flag.names) valued.insert(name);
    if (!flag.values.empty() && told.insert(joined(flag.names, "|")).second)
      of_values += "    " + joined(flag.names, "|") + ") offered='" + joined(flag.values) + "'; return ;;\n";
  }
  for (const auto& verb : all.verbs) {
    of_verbs += "    '" + verb.name + "') offered='" + names_of(verb.flags) + "' ;;\n";
    if (verb.of_lock) of_locks += (of_locks.empty() ? "" : "|") + verb.name;
  }
  out += "__lockctl_find() {\n  local verb= i w\n  offered= behind= named=\n";
  out += "  for ((i = 1; i < at; i++)); do\n    w=\"${line[i]}\"\n    case \"$w\" in\n";
  out += "      --) behind=$((i + 1)); return ;;\n";
  out += "      " + joined({valued.begin(), valued.end()}, "|") + ") ((++i)) ;;\n      -*) ;;\n";
  out +=
      "      *) case \"$verb\" in\n        '') verb=$w ;;\n        dev|members) verb=\"$verb $w\" ;;\n       "
      " *) named=1 ;;\n      esac ;;\n    esac\n  done\n";
  out += "  case \"${line[at-1]}\" in\n" + of_values;
  out += "    --set) offered='pending running done failed lost'; return ;;\n";
  out += "    " + joined({valued.begin(), valued.end()}, "|") + ") offered=; return ;;\n  esac\n";
  out += "  case \"$verb\" in\n    '') offered='" + joined(verbs_behind(all, "")) + "' ;;\n" + of_verbs +
         "  esac\n";
  out += "  case \"$verb\" in\n    dev|members) offered=\"$offered $(__lockctl_subs \"$verb\")\" ;;\n";
  out += "    completion) offered='bash zsh fish' ;;\n";
  out +=
      "    'dev kill'|'dev pause') offered=\"$offered leader\" ;;\n    'dev resume'|'dev restart') "
      "offered=\"$offered all\" ;;\n";
  out += "    " + of_locks +
         ")\n      [ -n \"$named\" ] || case \"$cur\" in\n        -*) ;;\n        *) offered=\"$offered "
         "$(__lockctl_names)\" ;;\n      esac ;;\n  esac\n";
  out += "  offered=\"$offered " + names_of(all.global) + "\"\n}\n";
  out += "__lockctl_subs() {\n  case \"$1\" in\n    dev) echo '" + joined(verbs_behind(all, "dev")) +
         "' ;;\n    members) echo '" + joined(verbs_behind(all, "members")) + "' ;;\n  esac\n}\n";
  return out;
}

constexpr const char* kNames = R"(# Where a cluster answers within a moment.
__lockctl_names() {
  timeout 1 lockctl -q --timeout 500ms --output text ls --stale 2>/dev/null </dev/null |
    awk 'NR > 1 {print $1}'
}
)";

std::string bash(const AllWords& all) {
  return std::string("# bash completion for lockctl, made by `lockctl completion bash`\n") + kNames +
         find_words(all) + R"(_lockctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} at=$COMP_CWORD offered behind named
  local -a line=("${COMP_WORDS[@]}")
  COMPREPLY=()
  __lockctl_find
  if [ -n "$behind" ]; then
    if declare -F _command_offset >/dev/null; then _command_offset "$behind"
    elif [ "$behind" = "$at" ]; then COMPREPLY=($(compgen -c -- "$cur"))
    else COMPREPLY=($(compgen -f -- "$cur")); fi
    return
  fi
  [[ $cur == -* ]] || offered=" $offered "
  local word
  for word in $offered; do
    [[ $word == -* && $cur != -* ]] && continue
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}
complete -o bashdefault -F _lockctl lockctl
)";
}

std::string zsh(const AllWords& all) {
  return std::string("#compdef lockctl\n# zsh completion for lockctl, made by `lockctl completion zsh`\n") +
         kNames + find_words(all) + R"(_lockctl() {
  emulate -L zsh -o ksh_arrays
  local cur="${words[CURRENT-1]}" offered behind named
  local -i at=$((CURRENT - 1))
  local -a line=("${words[@]}")
  __lockctl_find
  if [ -n "$behind" ]; then
    shift "$behind" words
    ((CURRENT -= behind))
    unsetopt ksh_arrays
    _normal
    return
  fi
  unsetopt ksh_arrays
  local -a all=(${=offered})
  if [[ $cur == -* ]]; then all=(${(M)all:#-*}); else all=(${all:#-*}); fi
  compadd -- $all
}
if [ "${funcstack[1]}" = _lockctl ]; then _lockctl "$@"; else compdef _lockctl lockctl; fi
)";
}

std::string fish_flag(const FlagWords& flag, const std::string& condition) {
  std::string out = "complete -c lockctl" + condition;
  for (const auto& name : flag.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (flag.takes_value) out += " -x";
  if (!flag.values.empty()) out += " -a '" + joined(flag.values) + "'";
  return out + " -d '" + quoted(flag.about) + "'\n";
}

std::string fish(const AllWords& all) {
  std::string out =
      "# fish completion for lockctl, made by `lockctl completion fish`\n"
      "# Where a cluster answers within a moment.\n"
      "function __lockctl_names\n"
      "  timeout 1 lockctl -q --timeout 500ms --output text ls --stale 2>/dev/null </dev/null |\n"
      "    awk 'NR > 1 {print $1}'\n"
      "end\n"
      "function __lockctl_before_command\n  not contains -- -- (commandline -opc)\nend\n"
      "complete -c lockctl -f\n"
      "complete -c lockctl -n 'not __lockctl_before_command' -F\n";
  for (const auto& flag : all.global) out += fish_flag(flag, " -n __lockctl_before_command");
  std::string of_locks;
  for (const auto& verb : all.verbs) {
    const auto space = verb.name.find(' ');
    const auto first = verb.name.substr(0, space);
    const auto second = space == std::string::npos ? "" : verb.name.substr(space + 1);
    std::string condition = " -n '__lockctl_before_command; and __fish_seen_subcommand_from " + first;
    if (second.empty()) {
      out +=
          "complete -c lockctl -n __fish_use_subcommand -a " + first + " -d '" + quoted(verb.about) + "'\n";
    } else {
      out += "complete -c lockctl" + condition + "' -a " + second + " -d '" + quoted(verb.about) + "'\n";
      condition += "; and __fish_seen_subcommand_from " + second;
    }
    if (verb.of_lock) of_locks += " " + first;
    for (const auto& flag : verb.flags) out += fish_flag(flag, condition + "'");
  }
  out += "complete -c lockctl -n '__lockctl_before_command; and __fish_seen_subcommand_from" + of_locks +
         "' -a '(__lockctl_names)'\n";
  out += "complete -c lockctl -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n";
  return out;
}

}  // namespace

int carry_out(const Global&, const Completion& completion) {
  const auto all = all_words();
  print(completion.shell == "bash" ? bash(all) : completion.shell == "zsh" ? zsh(all) : fish(all));
  return cli::kYes;
}

}  // namespace lockctl
