// Sockets, timers and threads. What is said over them is the session's matter; Asio stays in here.
#include "common/http/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "common/http/session.hpp"
#include "common/log/log.hpp"

namespace frontrow::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
using namespace std::chrono_literals;

constexpr auto never = Clock::time_point::max();
constexpr auto linger_time = 1s;
constexpr std::size_t linger_octets_max = 1024 * 1024;
constexpr std::size_t read_octets = 64 * 1024;
constexpr std::size_t refused_connections_max =
    256;                             // beyond the limit: told so; the rest is closed
constexpr auto accept_pause = 20ms;  // when the process has no file descriptor left

/// Open while the loops live. Threads of lanes stand in it while they are at a connection, and may
/// outlive the server.
struct Gate {
    std::shared_mutex mutex;
    bool is_open{true};
};

/// An event loop with the one thread that runs it: what happens in it happens one after the other.
struct Loop {
    ~Loop() { finish(); }
    /// Returns when nothing is left to do in it.
    void finish() {
        work.reset();
        if (thread.joinable()) {
            thread.join();
        }
    }

    asio::io_context io{1};
    asio::executor_work_guard<Executor> work{io.get_executor()};
    std::thread thread{[this] {
        io.run();
    }};
};

class Connection;

/// The acceptor, the connections and the threads behind a Server.
struct Core {
    Core(ServerOptions options, Router router, Authenticate authenticate);
    Core(Core const&) = delete;
    Core& operator=(Core const&) = delete;
    ~Core();

    /// For the next connection: each loop has its turn.
    asio::io_context& next_loop();
    void listen(asio::ip::tcp::endpoint const& endpoint);
    void accept();
    void take(Socket socket);
    void stop_accepting();
    void drain(std::chrono::milliseconds patience);
    bool wait_until_empty(std::chrono::milliseconds patience);
    void for_each_connection(std::function<void(Connection&)> const& work);

    Site site;
    std::vector<std::unique_ptr<Loop>> loops;
    std::size_t turn{0};
    Acceptor acceptor;
    Timer accept_timer;
    std::uint16_t port{0};
    std::shared_ptr<Gate> gate{std::make_shared<Gate>()};

    std::mutex mutex;
    std::condition_variable changed;
    std::list<std::weak_ptr<Connection>> connections;
    bool accepting{true};
};

/// A socket with its session. Its own loop and the lanes' threads take turns under its mutex.
class Connection final : public Wire, public std::enable_shared_from_this<Connection> {
  public:
    using Place = std::list<std::weak_ptr<Connection>>::iterator;

    Connection(Core& server, Socket socket, Place place);
    ~Connection() override;

    void start(bool is_refused);
    void drain();
    void cut() override;

    void write(std::string octets) override { outgoing_ += octets; }
    void end() override {
        is_ending_ = true;
        session_deadline_ = never;
    }
    void wake_at(Clock::time_point time) override { session_deadline_ = time; }
    [[nodiscard]] std::size_t unwritten() const override { return outgoing_.size() - written_; }
    [[nodiscard]] Executor executor() { return socket_.get_executor(); }
    void run(std::function<void(Session&)> const& work);
    /// Runs it here and now, on a thread of a lane, which does not wake the loop for it. False:
    /// somebody else is at the connection, or has sent what only the loop shall look at.
    [[nodiscard]] bool run_at_once(std::function<void(Session&)> const& work);
    /// On the loop: waits for a lane that answers just now.
    template <class Work>
    void in_turn(Work const& work) {
        auto const turn = std::lock_guard{mutex_};
        work();
    }

  private:
    void pump();
    void write_some();
    void wait_to_write();
    void on_writable(error_code failed);
    void wait_to_read();
    void on_readable(error_code failed);
    void read_some();
    void linger();
    void linger_read();
    void arm();
    void on_time();
    void reset();

    Core& server_;
    std::mutex mutex_;  ///< held by whoever uses anything below
    Socket socket_;
    Timer timer_;
    Place place_;
    std::optional<Session> session_;
    std::string outgoing_;
    std::size_t written_{0};  ///< of `outgoing_`
    std::size_t lingered_octets_{0};
    Clock::time_point session_deadline_{never};
    Clock::time_point write_deadline_{never};
    Clock::time_point armed_at_{never};
    bool is_waiting_to_read_{false};
    bool is_waiting_to_write_{false};
    bool is_ending_{false};
    bool is_lingering_{false};
    bool is_closed_{false};
};

/// From any thread: work for a connection that may be gone, of a server that may be gone; on the
/// loop, or on the thread that brings it if it may be done `at_once`.
Post post_to(std::weak_ptr<Connection> connection, std::shared_ptr<Gate> gate, bool at_once) {
    return [connection = std::move(connection), gate = std::move(gate),
            at_once](std::function<void(Session&)> work) {
        auto const lock = std::shared_lock{gate->mutex};
        auto const self = gate->is_open ? connection.lock() : nullptr;
        if (self == nullptr || (at_once && self->run_at_once(work))) {
            return;
        }
        asio::post(self->executor(),
                   [self, work = std::move(work)] { self->in_turn([&] { self->run(work); }); });
    };
}

Connection::Connection(Core& server, Socket socket, Place place)
    : server_{server}, socket_{std::move(socket)}, timer_{socket_.get_executor()}, place_{place} {}

Connection::~Connection() {
    auto const lock = std::lock_guard{server_.mutex};
    server_.connections.erase(place_);
    server_.changed.notify_all();
}

void Connection::start(bool is_refused) {
    auto ignored = error_code{};
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    session_.emplace(server_.site, *this,
                     Posts{.later = post_to(weak_from_this(), server_.gate, false),
                           .answer = post_to(weak_from_this(), server_.gate, true)});
    if (is_refused) {
        session_->refuse(Standard::too_many_connections);
    }
    pump();
}

void Connection::run(std::function<void(Session&)> const& work) {
    if (!is_closed_ && !is_ending_) {
        work(*session_);
        pump();
    }
}

bool Connection::run_at_once(std::function<void(Session&)> const& work) {
    if (executor().running_in_this_thread()) {
        return false;  // it has the mutex, if it is at this connection
    }
    auto const turn = std::unique_lock{mutex_, std::try_to_lock};
    if (!turn || session_->has_input()) {
        return false;
    }
    run(work);
    return true;
}

/// After anything happened: writes, ends or waits for what comes next.
void Connection::pump() {
    write_some();
    if (is_closed_ || is_lingering_) {
        return;
    }
    if (is_ending_ && outgoing_.empty()) {
        return linger();
    }
    if (!is_ending_ && session_->wants_octets()) {
        wait_to_read();
    }
    arm();
}

void Connection::write_some() {
    while (!is_closed_ && !is_waiting_to_write_ && !outgoing_.empty()) {
        auto failed = error_code{};
        auto const octets =
            socket_.write_some(asio::buffer(outgoing_.data() + written_, unwritten()), failed);
        if (failed == asio::error::would_block || failed == asio::error::try_again) {
            return wait_to_write();
        }
        if (failed) {
            return cut();
        }
        written_ += octets;
        write_deadline_ = never;
        if (written_ == outgoing_.size()) {
            outgoing_ = std::string{};
            written_ = 0;
        }
        if (!is_ending_) {
            session_->on_written(octets);
        }
    }
}

void Connection::wait_to_write() {
    is_waiting_to_write_ = true;
    write_deadline_ = Clock::now() + server_.site.options.write_timeout;
    outgoing_.erase(0, written_);
    written_ = 0;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](error_code failed) {
        self->in_turn([&] { self->on_writable(failed); });
    });
}

void Connection::on_writable(error_code failed) {
    is_waiting_to_write_ = false;
    failed ? cut() : pump();
}

void Connection::wait_to_read() {
    if (is_waiting_to_read_) {
        return;
    }
    is_waiting_to_read_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code failed) {
        self->in_turn([&] { self->on_readable(failed); });
    });
}

void Connection::on_readable(error_code failed) {
    is_waiting_to_read_ = false;
    if (failed) {
        return cut();
    }
    is_lingering_ ? linger_read() : read_some();
}

/// Waits without a buffer and reads into one of the thread, so that idle connections cost none.
void Connection::read_some() {
    thread_local auto buffer = std::array<char, read_octets>{};
    auto failed = error_code{};
    auto const octets = socket_.read_some(asio::buffer(buffer), failed);
    if (failed == asio::error::eof) {
        session_->on_end_of_input();
    } else if (failed && failed != asio::error::would_block && failed != asio::error::try_again) {
        return cut();
    } else if (!is_ending_ && octets > 0) {
        session_->on_octets({buffer.data(), octets});
    }
    pump();
}

/// Half-closes and reads on for a moment: closing with unread input would reset the connection, and
/// the client would lose the answer that it was just sent.
void Connection::linger() {
    auto failed = error_code{};
    socket_.shutdown(asio::socket_base::shutdown_send, failed);
    if (failed) {
        return cut();
    }
    is_lingering_ = true;
    session_deadline_ = Clock::now() + linger_time;
    arm();
    wait_to_read();
}

void Connection::linger_read() {
    thread_local auto buffer = std::array<char, read_octets>{};
    auto failed = error_code{};
    while (!failed && lingered_octets_ < linger_octets_max) {
        lingered_octets_ += socket_.read_some(asio::buffer(buffer), failed);
    }
    if (failed == asio::error::would_block || failed == asio::error::try_again) {
        return wait_to_read();
    }
    cut();
}

void Connection::cut() {
    if (is_closed_) {
        return;
    }
    is_closed_ = true;
    auto ignored = error_code{};
    socket_.close(ignored);
    timer_.cancel();
}

/// Cuts without what the kernel still holds for a client that does not read.
void Connection::reset() {
    auto ignored = error_code{};
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    cut();
}

void Connection::drain() {
    auto failed = error_code{};
    if (!is_closed_ && !is_ending_) {
        session_->on_drain(socket_.available(failed) > 0);
        pump();
    }
}

/// One timer, set again only if it would come too late: most deadlines are met long before.
void Connection::arm() {
    auto const deadline = std::min(session_deadline_, write_deadline_);
    if (is_closed_ || deadline >= armed_at_) {
        return;
    }
    armed_at_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this()](error_code canceled) {
        self->in_turn([&] {
            if (!canceled && !self->is_closed_) {
                self->on_time();
            }
        });
    });
}

void Connection::on_time() {
    armed_at_ = never;
    auto const now = Clock::now();
    if (write_deadline_ <= now) {
        return reset();
    }
    if (is_lingering_ && session_deadline_ <= now) {
        return cut();
    }
    if (session_deadline_ <= now && !is_ending_) {
        session_deadline_ = never;
        session_->on_deadline();
    }
    pump();
    arm();
}

/// The soft limit of open files is often 1024, the hard one is what the machine allows.
void raise_open_files_limit() {
    auto limit = rlimit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::vector<std::unique_ptr<Loop>> make_loops(std::size_t count) {
    auto loops = std::vector<std::unique_ptr<Loop>>(std::max<std::size_t>(count, 1));
    std::ranges::generate(loops, [] { return std::make_unique<Loop>(); });
    return loops;
}

Core::Core(ServerOptions options, Router router, Authenticate authenticate)
    : site{options, std::move(router), std::move(authenticate), RequestMetrics{options.metrics}},
      loops{make_loops(options.threads)},
      acceptor{loops.front()->io},
      accept_timer{loops.front()->io} {
    raise_open_files_limit();
    auto const endpoint =
        asio::ip::tcp::endpoint{asio::ip::make_address(options.address), options.port};
    listen(endpoint);
    port = acceptor.local_endpoint().port();
    asio::post(acceptor.get_executor(), [this] { accept(); });
}

asio::io_context& Core::next_loop() {
    return loops[turn++ % loops.size()]->io;
}

/// Boost's exception is not the standard one, and does not say which address.
void Core::listen(asio::ip::tcp::endpoint const& endpoint) {
    try {
        acceptor.open(endpoint.protocol());
        acceptor.set_option(asio::socket_base::reuse_address{true});
        acceptor.bind(endpoint);
        acceptor.listen();
        acceptor.non_blocking(true);
    } catch (boost::system::system_error const& error) {
        throw std::system_error{error.code(), "cannot listen at " + endpoint.address().to_string() +
                                                  ":" + std::to_string(endpoint.port())};
    }
}

Core::~Core() {
    drain(0ms);
    {
        auto const lock = std::lock_guard{gate->mutex};
        gate->is_open = false;
    }
    for (auto const& loop : loops) {
        loop->finish();
    }
}

/// There is always one accept or one timer under way, until the acceptor is closed.
void Core::accept() {
    if (!acceptor.is_open()) {
        auto const lock = std::lock_guard{mutex};
        accepting = false;
        return changed.notify_all();
    }
    acceptor.async_accept(next_loop(), [this](error_code failed, Socket socket) {
        if (!failed) {
            take(std::move(socket));  // even if the acceptor was closed meanwhile
            return accept();
        }
        if (!acceptor.is_open()) {
            return accept();
        }
        log::warning("accept_failed", "a connection could not be accepted",
                     {{"error.message", failed.message()}});
        accept_timer.expires_after(accept_pause);
        accept_timer.async_wait([this](error_code) { accept(); });
    });
}

void Core::take(Socket socket) {
    auto connection = std::shared_ptr<Connection>{};
    auto is_refused = false;
    {
        auto const lock = std::lock_guard{mutex};
        auto const most = site.options.connections_max;
        is_refused = connections.size() >= most;
        if (connections.size() >= most + refused_connections_max) {
            return;
        }
        auto const place = connections.emplace(connections.end());
        connection = std::make_shared<Connection>(*this, std::move(socket), place);
        *place = connection;
    }
    auto const executor = connection->executor();
    asio::post(executor, [connection = std::move(connection), is_refused] {
        connection->in_turn([&] { connection->start(is_refused); });
    });
}

/// Takes what the kernel has accepted for us already, then closes the door.
void Core::stop_accepting() {
    for (;;) {
        auto failed = error_code{};
        auto socket = Socket{next_loop()};
        acceptor.accept(socket, failed);
        if (failed) {
            break;
        }
        take(std::move(socket));
    }
    auto ignored = error_code{};
    acceptor.close(ignored);
    accept_timer.cancel();
}

void Core::for_each_connection(std::function<void(Connection&)> const& work_on) {
    auto const lock = std::lock_guard{mutex};
    for (auto const& weak : connections) {
        if (auto connection = weak.lock()) {
            auto const executor = connection->executor();
            asio::post(executor, [connection = std::move(connection), work_on] {
                connection->in_turn([&] { work_on(*connection); });
            });
        }
    }
}

bool Core::wait_until_empty(std::chrono::milliseconds patience) {
    auto lock = std::unique_lock{mutex};
    return changed.wait_for(lock, patience, [this] { return connections.empty(); });
}

void Core::drain(std::chrono::milliseconds patience) {
    if (!site.draining.exchange(true)) {
        asio::post(acceptor.get_executor(), [this] { stop_accepting(); });
        auto lock = std::unique_lock{mutex};
        changed.wait(lock, [this] { return !accepting; });
    }
    for_each_connection([](Connection& connection) { connection.drain(); });
    if (!wait_until_empty(patience)) {
        for_each_connection([](Connection& connection) { connection.cut(); });
        wait_until_empty(linger_time);
    }
}

}  // namespace

struct Server::State : Core {
    using Core::Core;
};

Server::Server(ServerOptions options, Router router, Authenticate authenticate)
    : state_{std::make_unique<State>(std::move(options), std::move(router),
                                     std::move(authenticate))} {}

Server::~Server() = default;

std::uint16_t Server::port() const {
    return state_->port;
}

void Server::drain(std::chrono::milliseconds patience) {
    state_->drain(patience);
}

}  // namespace frontrow::http
