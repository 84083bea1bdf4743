// Why a lane could not answer a command: faults, not refusals.
#pragma once

#include <chrono>
#include <string>

namespace frontrow::lane {

enum class FaultKind {
    overloaded = 1,   ///< the queue is full: try again after `retry_after`
    deadline_passed,  ///< transient failures lasted longer than the request's deadline; nothing
                      ///< done
    unknown_outcome,  ///< the deadline passed after a COMMIT whose answer never came
    stopping,         ///< the process is draining; another replica can serve this
    item_rejected,    ///< this command alone was refused by the database (SQLSTATE class 22 or 23)
    unavailable,      ///< an outage of ours
};

struct Fault {
    FaultKind kind;
    std::chrono::seconds retry_after{1};
    std::string detail;  ///< for the log, never for the client
};

}  // namespace frontrow::lane
