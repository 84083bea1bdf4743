// booking-service: concerts, shows, and who gets which seat.
#include "booking-migrations.hpp"
#include "booking-service/config.hpp"
#include "booking-service/consumers/consume.hpp"
#include "booking-service/http/routes.hpp"
#include "booking-service/use_cases/expire_holds.hpp"
#include "booking-service/use_cases/forget_passes.hpp"
#include "common/deadletter/http/admin.hpp"
#include "common/hint/hint.hpp"
#include "common/inbox/consumer.hpp"
#include "common/outbox/outbox.hpp"
#include "common/service/authenticate.hpp"
#include "common/service/process.hpp"
#include "common/service/upkeep.hpp"

namespace frontrow::booking {
namespace {

lane::LaneOptions lane_options(Config const& config, service::Process& process,
                               std::string const& name) {
    return {.name = name,
            .database = config.common.database(name),
            .queue_items_max = config.lanes_waiting_max,
            .metrics = &process.metrics()};
}

/// Every lane, and what it does with a batch.
struct Lanes {
    http::ReserveLane reserve;
    http::PayLane pay;
    http::ConcertLane concerts;
    http::ReservationLane reservations;
    http::CatalogueLane catalogue;
    http::AvailabilityLane availability;

    Lanes(Config const& config, service::Process& process, outbox::RelayHint const& relay,
          storage::Layouts& layouts, storage::RecentShows& shows)
        : reserve{in_two_sessions(writing(config, process, "reserve", relay)),
                  [&](auto& tx, auto batch) {
                      return http::run_reserve(tx, batch, shows, config.rules);
                  }},
          pay{writing(config, process, "pay", relay),
              [&](auto& tx, auto batch) {
                  return http::run_pay(tx, batch, layouts, config.rules);
              }},
          concerts{writing(config, process, "concerts", relay), http::run_create_concert},
          reservations{reading(config, process, "reservations"),
                       [&](auto& tx, auto batch) {
                           return use_cases::read_reservations(tx, batch, layouts);
                       }},
          catalogue{reading(config, process, "catalogue"),
                    [&](auto& tx, auto batch) {
                        return use_cases::read_catalogue(tx, batch, layouts);
                    }},
          availability{reading(config, process, "availability"), [&](auto& tx, auto batch) {
                           return http::run_availability(tx, batch, layouts);
                       }} {
        for_each([&](std::string const& name, auto& lane) {
            process.ready_when(name, [&lane] { return lane.is_ready(); });
        });
    }
    void stop() {
        for_each([](std::string const&, auto& lane) { lane.stop(); });
    }

  private:
    static lane::LaneOptions writing(Config const& config, service::Process& process,
                                     std::string const& name, outbox::RelayHint const& relay) {
        auto options = lane_options(config, process, name);
        options.after_commit = [&relay] {
            relay.send();
        };
        return options;
    }
    /// The one that a sale waits for: one decides while the other is at the disk.
    static lane::LaneOptions in_two_sessions(lane::LaneOptions options) {
        options.sessions = 2;
        return options;
    }
    static lane::LaneOptions reading(Config const& config, service::Process& process,
                                     std::string const& name) {
        auto options = lane_options(config, process, name);
        options.database.read_only = true;
        return options;
    }
    void for_each(auto visit) {
        visit("reserve", reserve);
        visit("pay", pay);
        visit("concerts", concerts);
        visit("reservations", reservations);
        visit("catalogue", catalogue);
        visit("availability", availability);
    }
};

/// Holds that ran out, on a connection of its own.
class Sweeper {
  public:
    Sweeper(pg::ConnectOptions options, outbox::RelayHint const& relay, metrics::Registry& metrics)
        : options_{std::move(options)},
          relay_{relay},
          expired_{metrics.counter("frontrow_sweeper_expired_total",
                                   "Holds that ran out and that this sweeper ended.")},
          passed_by_{metrics.counter("frontrow_sweeper_passed_by_total",
                                     "Holds that ran out and that somebody else was ending.")} {}

    /// Until nothing is overdue. What it throws is logged by its thread, which calls again.
    void sweep() {
        auto is_there_more = true;
        while (is_there_more) {
            if (!connection_ || !connection_->is_healthy()) {
                connection_.emplace(options_);
            }
            auto tx = pg::Transaction{*connection_};
            auto const expired = use_cases::expire_holds(tx);
            tx.commit();
            expired_.add(static_cast<double>(expired.reservations.size()));
            passed_by_.add(static_cast<double>(expired.passed_by));
            if (!expired.reservations.empty()) {
                relay_.send();
            }
            is_there_more = expired.is_there_more;
        }
    }

  private:
    pg::ConnectOptions options_;
    outbox::RelayHint const& relay_;
    metrics::Counter expired_;
    metrics::Counter passed_by_;
    std::optional<pg::Connection> connection_;
};

/// After each commit of the consumer: the relay, the clients that wait here, and the other
/// replicas.
void tell(std::span<events::Event const> applied, outbox::RelayHint const& relay,
          http::PaymentWaiters& waiters, hint::Sender const& peers) {
    if (applied.empty()) {
        return;
    }
    relay.send();
    auto const reservations = consumers::touched_by(applied);
    waiters.look_at(reservations);
    auto names = std::vector<std::string>{};
    for (auto const& id : reservations) {
        names.push_back(id.to_string());
    }
    peers.send(names);
}

/// What another replica has told us.
void hear(std::span<std::string_view const> names, http::PaymentWaiters& waiters) {
    auto reservations = std::vector<ReservationId>{};
    for (auto const& name : names) {
        if (auto const id = ReservationId::parse(name)) {
            reservations.push_back(*id);
        }
    }
    waiters.look_at(reservations);
}

void start_sweeper(service::Process& process, Config const& config,
                   outbox::RelayHint const& relay) {
    if (config.sweeper_enabled) {
        auto const sweeper =
            std::make_shared<Sweeper>(config.common.database("sweeper"), relay, process.metrics());
        process.every("sweeper", config.sweeper_interval, [sweeper] { sweeper->sweep(); });
    }
}

/// Passes that nobody can present any more.
void start_forgetting(service::Process& process, Config const& config) {
    process.every("passes", config.passes_interval,
                  [database = config.common.database("passes"), kept = config.passes_kept] {
                      auto connection = pg::Connection{database};
                      auto is_there_more = true;
                      while (is_there_more) {
                          auto tx = pg::Transaction{connection};
                          is_there_more = use_cases::forget_passes(tx, kept);
                          tx.commit();
                      }
                  });
}

inbox::ConsumerOptions consumer_options(Config const& config, service::Process& process) {
    return {.group = config.common.program,
            .topics = consumers::consumed_topics(),
            .topic_prefix = config.common.kafka.topic_prefix,
            .kafka = config.common.kafka.client(config.common.program, &process.metrics()),
            .database = config.common.database("consumer"),
            .session_timeout = config.common.session_timeout,
            .metrics = &process.metrics()};
}

int run(int argc, char const* const* argv) {
    auto reader = config::Reader{
        config::Sources::from_process("booking-service", "FRONTROW_BOOKING__", argc, argv)};
    auto const config = read_config(reader);
    if (auto const exit_code = reader.finish()) {
        return *exit_code;
    }
    auto process = service::Process{"booking-service", config.common.process};
    auto const relay = outbox::RelayHint{config.common.hint.relay, "booking"};
    auto const clock = SystemClock{};
    auto const pass_keys = auth::KeySet::from_file(config.pass_jwks_file);
    service::keep_up(process, config.common, booking_migrations());

    auto layouts = storage::Layouts{};
    auto shows = storage::RecentShows{layouts};
    auto lanes = Lanes{config, process, relay, layouts, shows};
    auto waiters = http::PaymentWaiters{lanes.reservations};
    process.on_stop("waiting clients", [&] { waiters.stop(); });

    auto router = frontrow::http::Router{};
    http::add_routes(router, {.reserve = lanes.reserve,
                              .pay = lanes.pay,
                              .concerts = lanes.concerts,
                              .reservations = lanes.reservations,
                              .catalogue = lanes.catalogue,
                              .availability = lanes.availability,
                              .waiters = waiters,
                              .checks = {pass_keys, clock, config.seats_per_reservation_max}});
    auto dead_letters = deadletter::Admin{{.service = "booking",
                                           .database = config.common.database("dead-letters"),
                                           .after_commit = [&relay] { relay.send(); },
                                           .metrics = &process.metrics()}};
    dead_letters.add_routes(router);
    auto server = frontrow::http::Server{config.common.http(process.metrics()), std::move(router),
                                         service::authenticator(config.common.auth, clock)};
    process.on_stop("http", [&] { server.drain(config.common.process.drain_patience); });
    auto const peers = hint::Sender{config.common.hint.peers};
    auto const listener = hint::Listener{config.common.hint.host, config.common.hint.port,
                                         [&](std::span<std::string_view const> names) {
                                             hear(names, waiters);
                                         }};
    auto options = consumer_options(config, process);
    options.after_commit = [&](std::span<events::Event const> applied) {
        tell(applied, relay, waiters, peers);
    };
    auto consumer = inbox::Consumer{std::move(options), consumers::consume};
    process.ready_when("consumer", [&] { return consumer.is_ready(); });
    process.every("waiting clients", config.payment_poll, [&] { waiters.tick(); });
    process.run("consumer", [&](std::stop_token stop) { consumer.run(std::move(stop)); });
    start_sweeper(process, config, relay);
    start_forgetting(process, config);
    process.on_stop("lanes", [&] {
        lanes.stop();
        dead_letters.stop();
    });
    return process.run_until_signalled();
}

}  // namespace
}  // namespace frontrow::booking

int main(int argc, char** argv) {
    return frontrow::service::guard([&] { return frontrow::booking::run(argc, argv); });
}
