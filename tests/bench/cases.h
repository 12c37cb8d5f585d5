// The cases that engine_bench runs, registered with the benchmark library as "case/contender" or "case".
//
// Each puts what it measured into counters: "ns" (an operation's time on a processor) and "wall ns" where contenders
// are compared, and named by what they are where ours is alone.
#pragma once

#include <string>
#include <vector>

namespace bytestore::bench {

// Each returns the names of its cases, in order.
std::vector<std::string> register_peer_cases();     // ours beside the peers
std::vector<std::string> register_alone_cases();    // lists, openings, compaction, space: ours alone
std::vector<std::string> register_process_cases();  // whole runs of kvs

}  // namespace bytestore::bench
