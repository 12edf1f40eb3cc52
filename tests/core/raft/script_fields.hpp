// What a script may expect of a server, a disk, a leader's peer or a message: names and values as text, in
// the order in which they are printed. A new belief or a new message needs a line here and nothing else.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/core/raft/server.hpp"

namespace raft_test {

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields fields_of(const Server& server);
Fields fields_of(const Disk& disk);
Fields fields_of(const raft::Progress& progress);
Fields fields_of(const raft::Message& message);

// Whether there is this kind of message, and it has all of these fields.
bool has_fields(const std::string& kind, const Fields& fields);

std::string print(const Fields& fields);
// Every server with its disk and its peers, then every message.
std::string print(const std::map<NodeId, Server>& servers, const std::vector<Envelope>& bag);

}  // namespace raft_test
