// Sorts SQLSTATEs by what must be done about them.
#include "common/pg/error.hpp"

namespace frontrow::pg {

FaultKind kind_of(std::string_view sqlstate, std::string_view constraint) {
    if (sqlstate.empty()) {
        return FaultKind::transient;
    }
    if (sqlstate == "23514" && constraint.empty()) {
        return FaultKind::outage;
    }
    if (sqlstate == "23505" && constraint.ends_with("_claim")) {
        return FaultKind::transient;  // somebody else was first: run again, and see
    }
    auto const sqlstate_class = sqlstate.substr(0, 2);
    if (sqlstate_class == "22" || sqlstate_class == "23") {
        return FaultKind::item;
    }
    // 25P03: the server ended a transaction that we left idle, because this process stood still.
    for (auto const exception : {"55P03", "25P03"}) {
        if (sqlstate == exception) {
            return FaultKind::transient;
        }
    }
    for (auto const transient_class : {"08", "40", "53", "57", "58"}) {
        if (sqlstate_class == transient_class) {
            return FaultKind::transient;
        }
    }
    return FaultKind::outage;
}

}  // namespace frontrow::pg
