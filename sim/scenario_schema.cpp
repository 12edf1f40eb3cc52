// The same as scenarios/scenario.schema.json: a test keeps them equal.
#include "sim/scenario.hpp"

namespace sim {

const char* scenario_schema() {
  return R"schema({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "A raftsim scenario",
  "type": "object",
  "additionalProperties": false,
  "required": ["raftsim", "name", "workload", "checks"],
  "properties": {
    "raftsim": {"const": 1, "description": "Version of this format"},
    "name": {"type": "string"},
    "about": {"type": "string", "description": "Why this story matters"},
    "seeds": {
      "oneOf": [
        {"type": "array", "items": {"type": "integer", "minimum": 0}},
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["first", "count"],
          "properties": {
            "first": {"type": "integer", "minimum": 0},
            "count": {"type": "integer", "minimum": 1}
          }
        }
      ]
    },
    "cluster": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "servers": {"type": "integer", "minimum": 1, "maximum": 9},
        "clients": {"type": "integer", "minimum": 1, "maximum": 1000},
        "store": {"enum": ["memory"]},
        "tuning": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "heartbeat": {"$ref": "#/$defs/duration"},
            "election_min": {"$ref": "#/$defs/duration"},
            "election_max": {"$ref": "#/$defs/duration"},
            "append_bytes_max": {"type": "integer", "minimum": 1},
            "append_entries_max": {"type": "integer", "minimum": 1},
            "inflight_messages_max": {"type": "integer", "minimum": 1}
          }
        }
      }
    },
    "network": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "latency": {"$ref": "#/$defs/durations"},
        "loss": {"$ref": "#/$defs/probability"},
        "dup": {"$ref": "#/$defs/probability"},
        "reorder": {"$ref": "#/$defs/probability"},
        "corrupt": {"$ref": "#/$defs/probability"}
      }
    },
    "disk": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"latency": {"$ref": "#/$defs/durations"}}
    },
    "clock": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "drift_ppm": {"$ref": "#/$defs/ppm", "description": "Of every server and client"},
        "client_drift_ppm": {"$ref": "#/$defs/ppm", "description": "Of clients, where it differs"},
        "offset": {"$ref": "#/$defs/durations"}
      }
    },
    "timeline": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["do"],
        "properties": {
          "at": {"$ref": "#/$defs/duration"},
          "every": {"$ref": "#/$defs/duration"},
          "random": {
            "type": "object",
            "additionalProperties": false,
            "required": ["rate"],
            "properties": {"rate": {"type": "string", "description": "Such as 20/m or 1/s"}}
          },
          "when": {
            "type": "object",
            "additionalProperties": false,
            "required": ["event"],
            "properties": {
              "event": {
                "enum": [
                  "leader_elected",
                  "lock_granted",
                  "hold_ended",
                  "lease_ended",
                  "session_ended",
                  "stale_token_refused",
                  "status_persisted",
                  "stepped_down"
                ]
              },
              "nth": {"type": "integer", "minimum": 1},
              "where": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "lock": {"type": "string"},
                  "state": {"type": "string"},
                  "reason": {"type": "string"},
                  "client": {"type": "integer", "minimum": 1},
                  "server": {"type": "integer", "minimum": 1}
                }
              }
            }
          },
          "do": {"enum": ["partition", "crash", "restart", "pause", "clock_jump", "heal"]},
          "shape": {"enum": ["split", "isolate", "oneway"]},
          "clients": {
            "enum": ["random", "near", "far", "both"],
            "description": "Which side of a partition clients stand on"
          },
          "select": {
            "type": "string",
            "pattern": "^[a-z_]+(\\.(node|client))?(:.+)?$"
          },
          "for": {"$ref": "#/$defs/durations"},
          "by": {"type": "string", "description": "A duration; of a wall clock also negative"},
          "of": {"enum": ["wall", "monotonic"]}
        }
      }
    },
    "workload": {
      "type": "array",
      "minItems": 1,
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["program"],
        "properties": {
          "clients": {
            "oneOf": [{"const": "all"}, {"type": "array", "items": {"type": "integer", "minimum": 1}}]
          },
          "program": {"enum": ["locks", "register", "status", "upload"]},
          "objects": {"type": "integer", "minimum": 1},
          "keys": {"type": "integer", "minimum": 1},
          "ttl": {"$ref": "#/$defs/duration"},
          "hold": {"$ref": "#/$defs/durations"},
          "pause": {"$ref": "#/$defs/durations"}
        }
      }
    },
    "checks": {
      "type": "array",
      "items": {
        "oneOf": [
          {"enum": ["raft_invariants", "fence_monotonic_at_store", "each_once"]},
          {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "linearizable": {"type": "string", "description": "Names to judge; * is any run of characters"},
              "converge_within": {"$ref": "#/$defs/duration"}
            }
          }
        ]
      }
    },
    "require": {
      "type": "object",
      "description": "What must have happened, summed over all seeds of a run",
      "properties": {
        "per_seed": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
      },
      "additionalProperties": {"type": "integer", "minimum": 0}
    },
    "limits": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"sim": {"$ref": "#/$defs/duration"}, "events": {"type": "integer", "minimum": 1}}
    },
    "expect": {
      "oneOf": [
        {"const": "pass"},
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["fail"],
          "properties": {
            "fail": {
              "enum": [
                "raft_invariants",
                "linearizable",
                "fence_monotonic_at_store",
                "each_once",
                "converge_within",
                "core_check"
              ]
            }
          }
        }
      ]
    }
  },
  "$defs": {
    "duration": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(us|ms|s|m|h|d)$"},
    "durations": {
      "oneOf": [
        {"$ref": "#/$defs/duration"},
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["uniform"],
          "properties": {
            "uniform": {
              "type": "array",
              "items": {"$ref": "#/$defs/duration"},
              "minItems": 2,
              "maxItems": 2
            }
          }
        },
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["dist", "p50", "p99"],
          "properties": {
            "dist": {"const": "lognormal"},
            "p50": {"$ref": "#/$defs/duration"},
            "p99": {"$ref": "#/$defs/duration"}
          }
        }
      ]
    },
    "probability": {"type": "number", "minimum": 0, "maximum": 1, "description": "At most six decimals"},
    "ppm": {
      "oneOf": [
        {"type": "integer", "minimum": -900000, "maximum": 900000},
        {
          "type": "object",
          "additionalProperties": false,
          "required": ["uniform"],
          "properties": {
            "uniform": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
          }
        }
      ]
    }
  }
}
)schema";
}

}  // namespace sim
