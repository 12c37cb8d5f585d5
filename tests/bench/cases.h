// The cases that engine_bench runs, registered with the benchmark library as "case/contender" or "case".
//
// Each puts what it measured into counters: "ns" (an operation's time on a processor) and "wall ns" where contenders
// are compared, and named by what they are where ours is alone.
#pragma once

namespace bytestore::bench {

void register_peer_cases();     // ours beside the peers
void register_alone_cases();    // lists, openings, compaction, space: ours alone
void register_process_cases();  // whole runs of kvs

}  // namespace bytestore::bench
