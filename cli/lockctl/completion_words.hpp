// Every verb and flag, as `lockctl completion` and the manual tell them: taken from what the command line
// itself is read by.
#pragma once

#include <string>
#include <vector>

namespace lockctl {

struct FlagWords {
  std::vector<std::string> names;  // with their dashes
  std::string about;
  bool takes_value = false;
  std::vector<std::string> values;  // those that are always the same words
};
struct VerbWords {
  std::string name;  // `run`, `dev up`
  std::string about;
  std::vector<FlagWords> flags;
  bool of_lock = false;  // a name that is in use comes first
};
struct AllWords {
  std::vector<VerbWords> verbs;
  std::vector<FlagWords> global;
};

AllWords all_words();

}  // namespace lockctl
