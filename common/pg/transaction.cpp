// BEGIN, COMMIT and ROLLBACK, and what their failures mean.
#include "common/pg/transaction.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::pg {
namespace {

Instant instant_of(std::string_view microseconds) {
    auto count = std::int64_t{0};
    std::from_chars(microseconds.data(), microseconds.data() + microseconds.size(), count);
    return Instant{std::chrono::microseconds{count}};
}

/// Whether a fault of COMMIT leaves open what became of it: no answer, or an interruption that may
/// have come after the commit record was written.
bool is_unknown(Error const& fault) {
    auto const sqlstate_class = fault.sqlstate().substr(0, 2);
    return sqlstate_class.empty() || sqlstate_class == "57" || sqlstate_class == "08";
}

}  // namespace

Transaction::Transaction(Connection& connection) : connection_{connection} {
    ENSURE(PQtransactionStatus(connection_.handle()) != PQTRANS_INTRANS);
    try {
        auto const rows = connection_.run_script(
            "BEGIN ISOLATION LEVEL READ COMMITTED;"
            "SELECT (extract(epoch FROM now()) * 1000000)::bigint");
        now_ = instant_of(rows[0].text(0));
    } catch (Error const&) {
        roll_back_quietly();  // BEGIN may have succeeded
        throw;
    }
}

Transaction::~Transaction() {
    roll_back_quietly();
}

void Transaction::roll_back_quietly() noexcept {
    try {
        rollback();
    } catch (std::exception const&) {
        // The connection is lost, and the server rolls back by itself.
    }
}

void Transaction::commit() {
    try {
        connection_.await_posted();
    } catch (Error const&) {
        roll_back_quietly();
        throw;
    }
    open_ = false;
    // A session that broke before COMMIT left committed nothing.
    if (!connection_.is_healthy()) {
        throw Error{FaultKind::transient, "", "COMMIT: the connection was lost before"};
    }
    auto tag = std::string{};
    try {
        tag = connection_.run_script("COMMIT").tag();
    } catch (Error const& fault) {
        if (is_unknown(fault)) {
            throw Error{FaultKind::unknown_outcome, fault.sqlstate(), fault.what()};
        }
        throw;
    }
    if (tag != "COMMIT") {
        throw Error{FaultKind::transient, "40000",
                    "COMMIT: a statement of the transaction had failed, it was rolled back"};
    }
}

void Transaction::rollback() {
    if (!std::exchange(open_, false) || !connection_.is_healthy()) {
        return;
    }
    try {
        connection_.await_posted();
    } catch (Error const&) {
        // Whatever failed is undone now.
    }
    if (!connection_.is_healthy() || PQtransactionStatus(connection_.handle()) == PQTRANS_IDLE) {
        return;
    }
    connection_.run_script("ROLLBACK");
}

}  // namespace frontrow::pg
