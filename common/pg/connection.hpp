// One session with PostgreSQL over libpq: prepared statements, deadlines, faults sorted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/pg/error.hpp"
#include "common/pg/parameters.hpp"
#include "common/pg/rows.hpp"

struct pg_cancel;
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
    /// False: every call is planned for the parameters at hand, because a generic plan over unnest
    /// may be quadratic. True: each statement is planned once, and only by index. For sessions
    /// whose every statement joins what it was given to a table by a key of that table: there the
    /// plan is right for one row and for 512, for an empty table and for one that has grown since,
    /// and planning anew costs as much as changing a dozen rows.
    bool plan_by_index{false};
    /// A session that only reads: read replicas may serve it, and a write in it is a fault.
    bool read_only{false};
};

class Connection;

/// The answer of a statement that was sent ahead.
class Answer {
  public:
    Answer(Connection& connection, std::shared_ptr<Rows> rows)
        : connection_{&connection}, rows_{std::move(rows)} {}
    /// Waits for all that was sent ahead, if it must; throws the first fault among it.
    [[nodiscard]] Rows const& rows() const;
    /// The same, moved out. Once.
    [[nodiscard]] Rows take() &&;

  private:
    Connection* connection_;
    std::shared_ptr<Rows> rows_;
};

/// What statements that were asked will have answered, decoded.
template <class Value>
class Later {
  public:
    /// Nothing had to be asked: an empty value.
    Later() = default;
    Later(Answer answer, std::function<Value(Rows const&)> decode)
        : make_{[answer = std::move(answer), decode = std::move(decode)] {
              return decode(answer.rows());
          }} {}
    /// Of several answers: `make` waits for each.
    explicit Later(std::function<Value()> make) : make_{std::move(make)} {}
    /// Waits as Answer does. Once.
    [[nodiscard]] Value get() { return make_ ? make_() : Value{}; }

  private:
    std::function<Value()> make_;
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
    /// What was posted before shares its round trip, and a fault of that is thrown first.
    template <class... Values>
    Rows query(Statement const& statement, Values&&... values) {
        auto const parameters = parameters_of(std::forward<Values>(values)...);
        return run_prepared(statement, parameters);
    }
    Rows run_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    /// For a statement whose answer nobody needs yet: it is kept here and sent together with all
    /// that was posted once something waits, or at 64 KiB. A fault of it is thrown by the call that
    /// waits, which is COMMIT at the latest. Outside a transaction it waits like `query`.
    template <class... Values>
    Answer post(Statement const& statement, Values&&... values) {
        return post_prepared(statement, parameters_of(std::forward<Values>(values)...));
    }
    Answer post_prepared(Statement const& statement, std::vector<Parameter> parameters);
    /// Sends a statement together with the next one: they share a round trip, the next is not run
    /// if this one fails, and outside a transaction both are one.
    template <class... Values>
    [[nodiscard]] Answer ask(Statement const& statement, Values&&... values) {
        auto const parameters = parameters_of(std::forward<Values>(values)...);
        return ask_prepared(statement, parameters);
    }
    Answer ask_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    /// Sends a statement and does not wait: the server works on it while the caller does something
    /// else. Outside a transaction, and with nothing sent ahead. Whatever waits next waits for it
    /// as well, and throws its fault.
    template <class... Values>
    [[nodiscard]] Answer start(Statement const& statement, Values&&... values) {
        auto const parameters = parameters_of(std::forward<Values>(values)...);
        return start_prepared(statement, parameters);
    }
    Answer start_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    /// Waits for all that was posted. Throws the first fault among it.
    void await_posted();
    /// Plain SQL, perhaps several statements; answers with the last result in text format. For
    /// migrations, BEGIN and COMMIT; never for values from outside.
    Rows run_script(std::string const& sql);
    /// Checks a statement against the schema without running or keeping it; storage tests prepare
    /// every statement against the schema.
    void prepare(Statement const& statement);

    /// Asks the server to stop the running statement; the only call another thread may make.
    void cancel() noexcept;
    /// How long to wait for an answer before the session is given up (0: for ever). At first one
    /// second more than `statement_timeout`, so that only a frozen server or network comes to it.
    void set_answer_timeout(std::chrono::milliseconds timeout) { answer_timeout_ = timeout; }
    [[nodiscard]] pg_conn* handle() const { return connection_.get(); }
    [[nodiscard]] ConnectOptions const& options() const { return options_; }

  private:
    friend class Transaction;
    /// Columns are moved: each holds the values of a whole batch.
    template <class... Values>
    static std::vector<Parameter> parameters_of(Values&&... values) {
        auto parameters = std::vector<Parameter>{};
        parameters.reserve(sizeof...(values));
        (parameters.push_back(as_parameter(std::forward<Values>(values))), ...);
        return parameters;
    }
    template <class Value>
    static Parameter as_parameter(Value&& value) {
        if constexpr (std::is_same_v<std::remove_cvref_t<Value>, Parameter>) {
            return std::forward<Value>(value);
        } else {
            return pg::bind(value);
        }
    }
    struct Close {
        void operator()(pg_conn* connection) const;
        void operator()(pg_cancel* cancel) const;
    };
    /// What a name stands for in this session: it may not change its SQL or its parameters' types.
    struct Prepared {
        std::string sql;
        std::vector<std::uint32_t> types;
    };
    struct Wait;
    /// A statement whose answer is still to come, and where it is wanted.
    struct Posted {
        char const* name;
        std::shared_ptr<Rows> answer;
        bool has_sync;  ///< else it shares the one of the next: if it fails, the next is skipped
    };
    /// A statement that was posted and not sent yet.
    struct Held {
        Statement statement;
        std::vector<Parameter> parameters;
        std::shared_ptr<Rows> answer;
    };
    struct PostedFault {
        Error error;
        bool of_the_last;  ///< of all that was posted
    };

    void connect();
    /// Waits for what was posted if it must in order to prepare a statement that is new here.
    void make_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    void keep_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    /// Sends a statement that is prepared already, in a transaction or to begin one.
    std::shared_ptr<Rows> enqueue(Statement const& statement,
                                  std::vector<Parameter> const& parameters, bool has_sync = true);
    void send_held(bool has_sync);
    /// With a Sync of its own. Waits if BEGIN is on its way with it.
    void send_held_now();
    void send_ahead(Statement const& statement, std::vector<Parameter> const& parameters,
                    std::shared_ptr<Rows> answer, bool has_sync);
    void sync();
    /// What was never sent needs not be undone.
    void forget_held();
    /// Waits for all that was posted; the first fault among it.
    [[nodiscard]] std::optional<PostedFault> settle();
    void send_prepared(Statement const& statement, std::vector<Parameter> const& parameters);
    Rows answer_of(bool sent, std::string_view what);
    [[nodiscard]] std::optional<PostedFault> posted_fault(Wait const& wait);
    void flush(Wait const& wait);
    void await_result(Wait const& wait);
    [[noreturn]] void lose(std::string const& why);

    ConnectOptions options_;
    std::unique_ptr<pg_conn, Close> connection_;
    std::unique_ptr<pg_cancel, Close> cancel_;
    std::unordered_map<std::string, Prepared> prepared_;
    std::chrono::milliseconds answer_timeout_;
    bool lost_{false};
    std::vector<Posted> posted_;
    std::vector<Held> held_;
    std::size_t octets_held_{0};
    std::size_t octets_without_sync_{0};
};

}  // namespace frontrow::pg
