// Processor time of processes: what other load on the machine cannot distort much.
#pragma once

#include <sys/types.h>

#include <string>

namespace frontrow::bench {

/// Of one process, user and system, since its start, in seconds.
[[nodiscard]] double cpu_seconds(pid_t process);
/// Of all sessions of our own PostgreSQL that are open now; 0 if the cluster is somebody else's.
[[nodiscard]] double cpu_seconds_of_sessions();
/// The one replica of a program of ours, by its pid file.
[[nodiscard]] pid_t process_of(std::string const& program);

}  // namespace frontrow::bench
