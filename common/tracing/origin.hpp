// Where a change comes from: what its events must carry of the request or event that caused it.
#pragma once

#include <string>

#include "common/tracing/trace_context.hpp"

namespace frontrow {

struct Origin {
    std::string correlation_id;  ///< one for the whole story
    std::string causation_id;    ///< the request's span, or the id of the event
    TraceContext trace;
};

}  // namespace frontrow
