// One session with PostgreSQL over libpq: prepared statements, deadlines, faults sorted.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/pg/error.hpp"
#include "common/pg/parameters.hpp"
#include "common/pg/rows.hpp"

struct pg_conn;

namespace frontrow::pg {

/// SQL with a name. A constant, directly above the one function that binds and reads it.
struct Statement {
    char const* name;
    char const* sql;
};

struct ConnectOptions {
    std::string url;               ///< a libpq URI or keyword string
    std::string application_name;  ///< shown in pg_stat_activity
    std::chrono::milliseconds connect_timeout{2000};
    std::chrono::milliseconds statement_timeout{5000};
    std::chrono::milliseconds lock_timeout{1000};
    std::chrono::milliseconds idle_in_transaction_timeout{5000};
    /// Batches are planned for the parameters at hand: a generic plan over unnest may be quadratic.
    bool force_custom_plan{true};
    /// A session that only reads: read replicas may serve it, and a write in it is a fault.
    bool read_only{false};
};

/// One connection. Not for several threads at once. Every call may throw pg::Error; afterwards
/// `is_healthy()` tells whether the session can go on or must be opened anew.
class Connection {
 public:
    /// Connects, sets the timeouts, TCP keepalives and tcp_user_timeout. Throws `transient` if the
    /// server cannot be reached in time and `outage` if it refuses us.
    explicit Connection(ConnectOptions options);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    [[nodiscard]] bool is_healthy() const;

    /// Runs a statement in a transaction of its own, or in the open one. Prepared at its first use.
    template <class... Values>
    Rows query(Statement const& statement, Values const&... values) {
        auto const parameters = std::vector<Parameter>{as_parameter(values)...};
        return run_prepared(statement, parameters);
    }
    Rows run_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    /// Plain SQL, perhaps several statements; answers with the last result in text format. For
    /// migrations, BEGIN and COMMIT; never for values from outside.
    Rows run_script(std::string const& sql);
    /// Prepares without running; storage tests prepare every statement against the schema.
    void prepare(Statement const& statement);

    /// Asks the server to stop the running statement; the only call another thread may make.
    void cancel() noexcept;
    [[nodiscard]] pg_conn* handle() const { return connection_.get(); }
    [[nodiscard]] ConnectOptions const& options() const { return options_; }

 private:
    friend class Transaction;
    static Parameter as_parameter(Parameter const& parameter) { return parameter; }
    template <class Value>
    static Parameter as_parameter(Value const& value) {
        return bind(value);
    }
    struct Close {
        void operator()(pg_conn* connection) const;
    };
    ConnectOptions options_;
    std::unique_ptr<pg_conn, Close> connection_;
    std::unordered_set<std::string> prepared_;
};

}  // namespace frontrow::pg
