// The encoding of every message. decode(encode(m)) == m, and only what encode can produce is accepted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/lock/command.hpp"
#include "core/lock/reply.hpp"
#include "core/raft/message.hpp"

namespace wire {

// First frame of a connection between servers: who calls, and whom it believes to have reached.
struct PeerHello {
  base::ClusterId cluster;
  base::NodeId from;
  base::NodeId to;
  std::string address;  // of the caller: who isn't a member as far as is known here is answered there
  bool operator==(const PeerHello&) const = default;
};

// A client's request; `call` is echoed in every reply to it.
struct ClientRequest {
  std::uint64_t call = 0;
  lock::Consistency consistency = lock::Consistency::linearizable;
  lock::Request request;
  bool operator==(const ClientRequest&) const = default;
};
struct ServerReply {
  std::uint64_t call = 0;
  lock::Reply reply;
  bool operator==(const ServerReply&) const = default;
};

std::string encode(const PeerHello& m);
std::string encode(const raft::Message& m);
std::string encode(const ClientRequest& m);
std::string encode(const ServerReply& m);
std::string encode(const raft::Entry& entry);
std::string encode(const raft::SnapshotMeta& meta);
// A log entry's payload: the commands of one batch.
std::string encode(const std::vector<lock::Command>& commands);

base::Result<PeerHello> decode_peer_hello(std::string_view bytes);
base::Result<raft::Message> decode_message(std::string_view bytes);
base::Result<ClientRequest> decode_request(std::string_view bytes);
base::Result<ServerReply> decode_reply(std::string_view bytes);
base::Result<raft::Entry> decode_entry(std::string_view bytes);
base::Result<raft::SnapshotMeta> decode_snapshot_meta(std::string_view bytes);
base::Result<std::vector<lock::Command>> decode_commands(std::string_view bytes);

}  // namespace wire
