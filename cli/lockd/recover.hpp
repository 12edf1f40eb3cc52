// `lockd recover`: one server's folder becomes a cluster of its own, when a majority is gone for good.
#pragma once

namespace lockd {

// The arguments behind the word `recover`, with a name for the program in front. Answers the exit code.
int recover(int argc, char** argv);

}  // namespace lockd
