// One transaction: begun when made, committed when told, rolled back otherwise.
#pragma once

#include "common/pg/connection.hpp"

namespace frontrow::pg {

/// READ COMMITTED. BEGIN and the reading of the clock are one round trip.
class Transaction {
  public:
    /// Throws pg::Error as Connection does.
    explicit Transaction(Connection& connection);
    /// Rolls back unless committed; never throws (a lost connection rolls back by itself).
    ~Transaction();
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;

    /// The database's clock at BEGIN. It was read before any lock of this transaction was granted:
    /// what was free to take then may be another's by now, so fences are checked as well.
    [[nodiscard]] Instant now() const { return now_; }

    template <class... Values>
    Rows query(Statement const& statement, Values const&... values) {
        return connection_.query(statement, values...);
    }

    /// As Connection::post: for writes whose answer nobody needs.
    template <class... Values>
    void post(Statement const& statement, Values const&... values) {
        connection_.post(statement, values...);
    }

    /// Commits and checks the tag: COMMIT of an aborted transaction answers ROLLBACK, which throws
    /// `transient`. A connection lost on the way throws `unknown_outcome`.
    void commit();
    void rollback();
    [[nodiscard]] Connection& connection() { return connection_; }

  private:
    void roll_back_quietly() noexcept;

    Connection& connection_;
    Instant now_{};
    bool open_{true};
};

}  // namespace frontrow::pg
