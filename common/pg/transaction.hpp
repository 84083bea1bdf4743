// One transaction: begun when made, committed when told, rolled back otherwise.
#pragma once

#include "common/pg/connection.hpp"

namespace frontrow::pg {

/// READ COMMITTED. BEGIN and the reading of the clock are posted and so share the round trip of the
/// first statement; COMMIT shares the Sync of the statements that were posted last.
class Transaction {
  public:
    /// Throws pg::Error as Connection does; a fault of BEGIN comes out of the first statement.
    explicit Transaction(Connection& connection);
    /// Rolls back unless committed; never throws (a lost connection rolls back by itself).
    ~Transaction();
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;

    /// The database's clock at BEGIN. It was read before any lock of this transaction was granted:
    /// what was free to take then may be another's by now, so fences are checked as well.
    [[nodiscard]] Instant now();

    template <class... Values>
    Rows query(Statement const& statement, Values&&... values) {
        return connection_.query(statement, std::forward<Values>(values)...);
    }

    /// As Connection::post: for writes whose answer nobody needs yet.
    template <class... Values>
    Answer post(Statement const& statement, Values&&... values) {
        return connection_.post(statement, std::forward<Values>(values)...);
    }

    /// As Connection::ask: for reads that need nothing of each other.
    template <class... Values>
    [[nodiscard]] Answer ask(Statement const& statement, Values&&... values) {
        return connection_.ask(statement, std::forward<Values>(values)...);
    }

    /// Commits. If a posted statement is refused the server skips COMMIT, and this throws what was
    /// refused. COMMIT of a transaction that had failed before answers ROLLBACK, which throws
    /// `transient`. A connection lost on the way, from the first posted statement on, throws
    /// `unknown_outcome`. A session that only reads has nothing to lose: its answer is awaited by
    /// the next transaction.
    void commit();
    void rollback();
    [[nodiscard]] Connection& connection() { return connection_; }

  private:
    void roll_back_quietly() noexcept;

    Connection& connection_;
    std::shared_ptr<Rows> clock_;
    bool open_{true};
};

}  // namespace frontrow::pg
