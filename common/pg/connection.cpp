// Talks to PostgreSQL without ever blocking beyond a deadline, and turns what fails into faults.
#include "common/pg/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::pg {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto tcp_silence_max = std::chrono::milliseconds{10'000};
// libpq sends by itself once it holds 8 KiB. A server that has a statement and waits for its Sync
// would keep its locks as long as this process stands still.
constexpr auto octets_without_sync_max = std::size_t{7'000};
constexpr auto octets_held_max = std::size_t{65'536};
constexpr auto answer_margin = std::chrono::milliseconds{1000};

/// Waits until the socket is ready; false when the deadline has passed.
bool is_ready_in_time(int socket, short events, SteadyTime deadline) {
    for (;;) {
        auto const left = deadline - std::chrono::steady_clock::now();
        auto const milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        if (milliseconds <= 0) {
            return false;
        }
        auto watched = pollfd{socket, events, 0};
        // At most a minute at a time: poll() takes an int.
        auto const timeout = static_cast<int>(std::min<std::int64_t>(milliseconds, 60'000));
        auto const ready = poll(&watched, 1, timeout);
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

/// The settings travel with the connection request, so they cost no round trip.
std::string session_settings(ConnectOptions const& options) {
    auto settings = std::string{};
    auto const set = [&](std::string const& name, std::string const& value) {
        settings += " -c " + name + "=" + value;
    };
    set("statement_timeout", std::to_string(options.statement_timeout.count()));
    set("lock_timeout", std::to_string(options.lock_timeout.count()));
    set("idle_in_transaction_session_timeout",
        std::to_string(options.idle_in_transaction_timeout.count()));
    // The server's side of the same: a client that vanished must not keep its locks.
    set("tcp_user_timeout", std::to_string(tcp_silence_max.count()));
    set("TimeZone", "UTC");
    if (options.plan_by_index) {
        set("plan_cache_mode", "force_generic_plan");
        for (auto const* const other : {"seqscan", "hashjoin", "mergejoin"}) {
            set(std::string{"enable_"} + other, "off");
        }
        set("jit", "off");
    } else {
        set("plan_cache_mode", "force_custom_plan");
    }
    if (options.read_only) {
        set("default_transaction_read_only", "on");
    }
    return settings;
}

/// The value that the URL itself gives to a keyword, or nothing. Throws if the URL is not one.
std::string keyword_of(std::string const& url, std::string_view keyword) {
    char* message = nullptr;
    auto* const parsed = PQconninfoParse(url.c_str(), &message);
    if (parsed == nullptr) {
        // libpq's sentence may repeat the URL, and with it a password.
        PQfreemem(message);
        throw Error{FaultKind::outage, "", "the database URL cannot be read"};
    }
    auto value = std::string{};
    for (auto const* option = parsed; option->keyword != nullptr; ++option) {
        if (keyword == option->keyword && option->val != nullptr) {
            value = option->val;
        }
    }
    PQconninfoFree(parsed);
    return value;
}

using Keywords = std::vector<std::pair<char const*, std::string>>;

Keywords keywords_of(ConnectOptions const& options) {
    auto const seconds =
        std::to_string(std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count());
    auto keywords = Keywords{
        {"dbname", options.url},  // first: what follows wins over the URL
        {"application_name", options.application_name},
        {"client_encoding", "UTF8"},
        {"connect_timeout", seconds},
        {"keepalives", "1"},
        {"keepalives_idle", "5"},
        {"keepalives_interval", "2"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", std::to_string(tcp_silence_max.count())},
        {"options", keyword_of(options.url, "options") + session_settings(options)},
    };
    // With several hosts in the URL: never write to a standby that has not taken over yet.
    if (!options.read_only && keyword_of(options.url, "target_session_attrs").empty()) {
        keywords.emplace_back("target_session_attrs", "read-write");
    }
    return keywords;
}

pg_conn* start_connecting(ConnectOptions const& options) {
    auto const keywords = keywords_of(options);
    auto names = std::vector<char const*>{};
    auto values = std::vector<char const*>{};
    for (auto const& [name, value] : keywords) {
        names.push_back(name);
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(names.data(), values.data(), 1);
}

/// libpq tells a refused connection's SQLSTATE only inside its verbose text: "FATAL:  28P01: ...".
std::string sqlstate_in(std::string_view message) {
    auto const is_code = [](std::string_view text) {
        return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
                   return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
               });
    };
    for (auto at = message.find(":  "); at != std::string_view::npos;
         at = message.find(":  ", at + 1)) {
        auto const code = message.substr(at + 3, 5);
        if (is_code(code) && message.substr(at + 8, 1) == ":") {
            return std::string{code};
        }
    }
    return {};
}

Error refused_connection(pg_conn* connection) {
    auto const message = std::string{PQerrorMessage(connection)};
    auto const sqlstate = sqlstate_in(message);
    auto const kind =
        PQconnectionNeedsPassword(connection) != 0 ? FaultKind::outage : kind_of(sqlstate);
    return {kind, sqlstate, "cannot connect to the database: " + message};
}

std::string field_of(PGresult const* result, int field) {
    auto const* const text = PQresultErrorField(result, field);
    return text == nullptr ? std::string{} : std::string{text};
}

/// Without DETAIL and CONTEXT: they repeat rows, and rows may be someone's.
Error fault_of(PGresult const* result, std::string_view what) {
    auto const sqlstate = field_of(result, PG_DIAG_SQLSTATE);
    auto const constraint = field_of(result, PG_DIAG_CONSTRAINT_NAME);
    auto message = std::string{what} + ": " + field_of(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate.empty()) {
        message = std::string{what} + ": " + PQresultErrorMessage(result);
    }
    return {kind_of(sqlstate, constraint), sqlstate, message + " (" + sqlstate + ")"};
}

std::size_t octets_of(std::vector<Parameter> const& parameters) {
    auto octets = std::size_t{0};
    for (auto const& parameter : parameters) {
        octets += parameter.octets ? parameter.octets->size() : 0;
    }
    return octets;
}

void ignore_notice(void* /*context*/, PGresult const* /*notice*/) {}

}  // namespace

/// Until when an answer must have come, and for what it is.
struct Connection::Wait {
    SteadyTime deadline;
    std::string_view what;
};

Connection::Connection(ConnectOptions options)
    : options_{std::move(options)},
      answer_timeout_{options_.statement_timeout.count() == 0
                          ? std::chrono::milliseconds{0}
                          : options_.statement_timeout + answer_margin} {
    connect();
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

void Connection::connect() {
    auto const deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
    connection_.reset(start_connecting(options_));
    ENSURE(connection_ != nullptr);
    auto* const connection = connection_.get();
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection, ignore_notice, nullptr);
    auto state =
        PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED) {
            throw refused_connection(connection);
        }
        auto const events = static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (!is_ready_in_time(PQsocket(connection), events, deadline)) {
            throw Error{FaultKind::transient, "", "the database did not answer in time"};
        }
        state = PQconnectPoll(connection);
    }
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    PQsetnonblocking(connection, 1);
    cancel_.reset(PQgetCancel(connection));
}

bool Connection::is_healthy() const {
    return connection_ != nullptr && !lost_ && PQstatus(connection_.get()) == CONNECTION_OK &&
           (!posted_.empty() || PQtransactionStatus(connection_.get()) != PQTRANS_ACTIVE);
}

void Connection::lose(std::string const& why) {
    lost_ = true;
    throw Error{FaultKind::transient, "", why};
}

void Connection::flush(Wait const& wait) {
    auto* const connection = connection_.get();
    for (auto unsent = PQflush(connection); unsent != 0; unsent = PQflush(connection)) {
        if (unsent < 0) {
            return;  // the results tell why, perhaps with the server's own last words
        }
        // Reading as well: a server that waits for us to read would never read what we write.
        if (!is_ready_in_time(PQsocket(connection), POLLIN | POLLOUT, wait.deadline)) {
            lose(std::string{wait.what} + ": the database did not take it in time");
        }
        if (PQconsumeInput(connection) == 0) {
            return;
        }
    }
}

void Connection::await_result(Wait const& wait) {
    auto* const connection = connection_.get();
    while (PQisBusy(connection) != 0) {
        if (!is_ready_in_time(PQsocket(connection), POLLIN, wait.deadline)) {
            lose(std::string{wait.what} + ": the database did not answer in time");
        }
        if (PQconsumeInput(connection) == 0) {
            return;  // PQgetResult makes the fault
        }
    }
}

Rows Connection::answer_of(bool sent, std::string_view what) {
    if (!sent) {
        lose(std::string{what} + ": " + PQerrorMessage(connection_.get()));
    }
    auto const now = std::chrono::steady_clock::now();
    auto const wait =
        Wait{answer_timeout_.count() == 0 ? SteadyTime::max() : now + answer_timeout_, what};
    flush(wait);
    auto answer = Rows{nullptr};
    auto fault = std::optional<Error>{};
    for (;;) {
        await_result(wait);
        auto* const result = PQgetResult(connection_.get());
        if (result == nullptr) {
            break;
        }
        auto rows = Rows{result};
        auto const status = PQresultStatus(result);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
            status == PGRES_EMPTY_QUERY) {
            answer = std::move(rows);
            continue;
        }
        if (!fault) {
            fault = fault_of(result, what);
        }
        if (PQstatus(connection_.get()) == CONNECTION_BAD) {
            break;
        }
    }
    if (fault) {
        throw *fault;
    }
    return answer;
}

void Connection::keep_prepared(Statement const& statement,
                               std::vector<Parameter> const& parameters) {
    auto types = std::vector<Oid>{};
    for (auto const& parameter : parameters) {
        types.push_back(parameter.type);
    }
    if (auto const found = prepared_.find(statement.name); found != prepared_.end()) {
        ENSURE(found->second.sql == statement.sql);
        ENSURE(found->second.types == types);
        return;
    }
    auto const sent = PQsendPrepare(connection_.get(), statement.name, statement.sql,
                                    static_cast<int>(types.size()), types.data());
    answer_of(sent != 0, statement.name);
    prepared_.emplace(statement.name, Prepared{statement.sql, std::move(types)});
}

Rows Connection::run_prepared(Statement const& statement,
                              std::vector<Parameter> const& parameters) {
    auto const has_posted = !posted_.empty() || !held_.empty();
    if (has_posted && prepared_.contains(statement.name)) {
        auto const answer = enqueue(statement, parameters);
        await_posted();
        return std::move(*answer);
    }
    await_posted();
    if (!is_healthy()) {
        lose(std::string{statement.name} + ": the connection is lost");
    }
    keep_prepared(statement, parameters);
    send_prepared(statement, parameters);
    return answer_of(true, statement.name);
}

void Connection::send_prepared(Statement const& statement,
                               std::vector<Parameter> const& parameters) {
    auto values = std::vector<char const*>{};
    auto lengths = std::vector<int>{};
    for (auto const& parameter : parameters) {
        values.push_back(parameter.octets ? parameter.octets->data() : nullptr);
        lengths.push_back(parameter.octets ? static_cast<int>(parameter.octets->size()) : 0);
    }
    auto const formats = std::vector<int>(parameters.size(), 1);
    auto const sent =
        PQsendQueryPrepared(connection_.get(), statement.name, static_cast<int>(parameters.size()),
                            values.data(), lengths.data(), formats.data(), 1);
    if (sent == 0) {
        lose(std::string{statement.name} + ": " + PQerrorMessage(connection_.get()));
    }
}

void Connection::make_prepared(Statement const& statement,
                               std::vector<Parameter> const& parameters) {
    if (!prepared_.contains(statement.name)) {
        await_posted();
        if (!is_healthy()) {
            lose(std::string{statement.name} + ": the connection is lost");
        }
        keep_prepared(statement, parameters);
    }
}

Answer Connection::post_prepared(Statement const& statement, std::vector<Parameter> parameters) {
    make_prepared(statement, parameters);
    auto const is_first = posted_.empty() && held_.empty();
    if (is_first && PQtransactionStatus(connection_.get()) != PQTRANS_INTRANS) {
        return {*this, std::make_shared<Rows>(run_prepared(statement, parameters))};
    }
    auto const octets = octets_of(parameters);
    auto answer = std::make_shared<Rows>(nullptr);
    octets_held_ += octets;
    held_.push_back({statement, std::move(parameters), answer});
    if (octets_held_ > octets_held_max) {
        send_held_now();
    }
    return {*this, std::move(answer)};
}

Answer Connection::ask_prepared(Statement const& statement,
                                std::vector<Parameter> const& parameters) {
    make_prepared(statement, parameters);
    send_held_now();
    auto const has_sync = octets_without_sync_ + octets_of(parameters) > octets_without_sync_max;
    auto answer = Answer{*this, enqueue(statement, parameters, has_sync)};
    if (has_sync && !posted_.front().has_sync) {
        await_posted();  // as behind BEGIN: see post_prepared
    }
    return answer;
}

Answer Connection::start_prepared(Statement const& statement,
                                  std::vector<Parameter> const& parameters) {
    make_prepared(statement, parameters);
    ENSURE(posted_.empty() && held_.empty());
    ENSURE(PQtransactionStatus(connection_.get()) == PQTRANS_IDLE);
    return {*this, enqueue(statement, parameters)};
}

Rows const& Answer::rows() const {
    connection_->await_posted();
    return *rows_;
}

Rows Answer::take() && {
    connection_->await_posted();
    return std::move(*rows_);
}

/// What is held shares the Sync: behind a BEGIN that failed this one would run by itself.
std::shared_ptr<Rows> Connection::enqueue(Statement const& statement,
                                          std::vector<Parameter> const& parameters, bool has_sync) {
    send_held(false);
    auto answer = std::make_shared<Rows>(nullptr);
    send_ahead(statement, parameters, answer, has_sync);
    return answer;
}

/// Together; the last one has a Sync, or is to share that of the next statement.
void Connection::send_held(bool has_sync) {
    auto const held = std::exchange(held_, {});
    octets_held_ = 0;
    for (auto const& one : held) {
        send_ahead(one.statement, one.parameters, one.answer, has_sync && &one == &held.back());
    }
}

void Connection::send_held_now() {
    if (held_.empty()) {
        return;
    }
    auto const is_beginning = posted_.empty() ? false : !posted_.front().has_sync;
    send_held(true);
    if (is_beginning) {
        await_posted();  // behind a BEGIN that failed, the next one would commit by itself
    }
}

void Connection::forget_held() {
    held_.clear();
    octets_held_ = 0;
}

void Connection::send_ahead(Statement const& statement, std::vector<Parameter> const& parameters,
                            std::shared_ptr<Rows> answer, bool has_sync) {
    if (!is_healthy()) {
        lose(std::string{statement.name} + ": the connection is lost");
    }
    keep_prepared(statement, parameters);  // compares it with what it was prepared as
    if (posted_.empty()) {
        ENSURE(PQenterPipelineMode(connection_.get()) == 1);
    }
    posted_.push_back({statement.name, std::move(answer), has_sync});
    octets_without_sync_ += octets_of(parameters);
    send_prepared(statement, parameters);
    if (has_sync) {
        sync();
    }
}

/// Nothing is sent long before its Sync: a server that waits for one is no idle transaction to its
/// own timeouts, so a process that stood still here would keep its locks for ever. It sends as much
/// as the socket takes now; what is left goes with the next call.
void Connection::sync() {
    posted_.back().has_sync = true;
    octets_without_sync_ = 0;
    if (PQpipelineSync(connection_.get()) != 1) {
        lose(std::string{posted_.back().name} + ": " + PQerrorMessage(connection_.get()));
    }
}

void Connection::await_posted() {
    if (auto const fault = settle()) {
        throw fault->error;
    }
}

std::optional<Connection::PostedFault> Connection::settle() {
    if ((posted_.empty() && held_.empty()) || lost_) {
        return std::nullopt;
    }
    send_held(true);
    auto const now = std::chrono::steady_clock::now();
    auto const patience = answer_timeout_ * static_cast<std::int64_t>(posted_.size());
    auto const deadline = answer_timeout_.count() == 0 ? SteadyTime::max() : now + patience;
    auto const wait = Wait{deadline, posted_.front().name};
    if (!posted_.back().has_sync) {
        sync();
    }
    flush(wait);
    auto fault = posted_fault(wait);
    posted_.clear();
    if (PQexitPipelineMode(connection_.get()) != 1) {
        lost_ = true;
    }
    return fault;
}

/// The results of all that was posted, each up to the null behind it, and the marks of the Syncs;
/// the first fault.
std::optional<Connection::PostedFault> Connection::posted_fault(Wait const& wait) {
    auto fault = std::optional<PostedFault>{};
    auto marks = std::ranges::count_if(posted_, &Posted::has_sync);
    auto answered = std::size_t{0};
    auto is_answering = false;
    while (marks > 0) {
        await_result(wait);
        auto* const result = PQgetResult(connection_.get());
        if (result == nullptr) {
            if (PQstatus(connection_.get()) == CONNECTION_BAD) {
                auto lost = Error{FaultKind::transient, "", "the connection was lost"};
                return fault ? fault : PostedFault{std::move(lost), true};
            }
            answered += std::exchange(is_answering, false) ? 1 : 0;
            continue;
        }
        auto rows = Rows{result};
        auto const status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) {
            --marks;
            continue;
        }
        is_answering = true;
        // A session that ends has more to say than was asked.
        auto& posted = posted_.at(std::min(answered, posted_.size() - 1));
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            *posted.answer = std::move(rows);
        } else if (!fault) {
            fault = PostedFault{fault_of(result, posted.name), answered + 1 == posted_.size()};
        }
    }
    return fault;
}

Rows Connection::run_script(std::string const& sql) {
    await_posted();
    if (!is_healthy()) {
        lose("the connection is lost");
    }
    auto const sent = PQsendQuery(connection_.get(), sql.c_str());
    return answer_of(sent != 0, std::string_view{sql}.substr(0, 40));
}

void Connection::prepare(Statement const& statement) {
    await_posted();
    if (!is_healthy()) {
        lose(std::string{statement.name} + ": the connection is lost");
    }
    auto const sent = PQsendPrepare(connection_.get(), "", statement.sql, 0, nullptr);
    answer_of(sent != 0, statement.name);
}

void Connection::cancel() noexcept {
    auto reason = std::array<char, 256>{};
    if (cancel_ != nullptr) {
        PQcancel(cancel_.get(), reason.data(), static_cast<int>(reason.size()));
    }
}

void Connection::Close::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

void Connection::Close::operator()(pg_cancel* cancel) const {
    PQfreeCancel(cancel);
}

}  // namespace frontrow::pg
