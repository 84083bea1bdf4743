// BEGIN, COMMIT and ROLLBACK, and what their failures mean.
#include "common/pg/transaction.hpp"

#include <libpq-fe.h>

#include <optional>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::pg {
namespace {

constexpr auto begin_block = Statement{"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"};
constexpr auto read_clock = Statement{"read_clock", "SELECT now()"};
constexpr auto commit_block = Statement{"commit", "COMMIT"};

/// Whether a fault of COMMIT leaves open what became of it: no answer, or an interruption that may
/// have come after the commit record was written.
bool is_unknown(Error const& fault) {
    auto const sqlstate_class = fault.sqlstate().substr(0, 2);
    return sqlstate_class.empty() || sqlstate_class == "57" || sqlstate_class == "08";
}

}  // namespace

Transaction::Transaction(Connection& connection) : connection_{connection} {
    connection_.await_posted();  // the end of a transaction that only read
    ENSURE(PQtransactionStatus(connection_.handle()) != PQTRANS_INTRANS);
    for (auto const& statement : {begin_block, read_clock, commit_block}) {
        connection_.keep_prepared(statement, {});
    }
    try {
        connection_.enqueue(begin_block, {}, false);
        clock_ = connection_.enqueue(read_clock, {}, false);
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

Instant Transaction::now() {
    if (clock_->empty()) {
        connection_.await_posted();
    }
    return (*clock_)[0].instant(0);
}

void Transaction::commit() {
    open_ = false;
    // A session that broke before COMMIT was sent left committed nothing.
    if (!connection_.is_healthy()) {
        throw Error{FaultKind::transient, "", "COMMIT: the connection was lost before"};
    }
    if (connection_.options().read_only) {
        connection_.await_posted();
        connection_.enqueue(commit_block, {});
        return;
    }
    auto fault = std::optional<Connection::PostedFault>{};
    auto committed = std::shared_ptr<Rows>{};
    try {
        committed = connection_.enqueue(commit_block, {});
        fault = connection_.settle();
    } catch (Error const& lost) {
        throw Error{FaultKind::unknown_outcome, lost.sqlstate(), lost.what()};
    }
    if (fault) {
        // If the server refused what came before it has skipped COMMIT, and the block is open.
        open_ = PQtransactionStatus(connection_.handle()) == PQTRANS_INERROR;
        auto const is_refused_before = !fault->of_the_last && !fault->error.sqlstate().empty();
        if (!is_refused_before && is_unknown(fault->error)) {
            throw Error{FaultKind::unknown_outcome, fault->error.sqlstate(), fault->error.what()};
        }
        throw fault->error;
    }
    if (committed->tag() != "COMMIT") {
        throw Error{FaultKind::transient, "40000",
                    "COMMIT: a statement of the transaction had failed, it was rolled back"};
    }
}

void Transaction::rollback() {
    if (!std::exchange(open_, false) || !connection_.is_healthy()) {
        return;
    }
    connection_.forget_held();
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
