// payment-service: prepaid wallets, and the money of reservations set aside, taken and given back.
#include "common/deadletter/http/admin.hpp"
#include "common/inbox/consumer.hpp"
#include "common/outbox/outbox.hpp"
#include "common/service/authenticate.hpp"
#include "common/service/process.hpp"
#include "common/service/upkeep.hpp"
#include "payment-migrations.hpp"
#include "payment-service/config.hpp"
#include "payment-service/consumers/consume.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment {
namespace {

lane::LaneOptions lane_options(Config const& config, service::Process& process,
                               std::string const& name) {
    return {.name = name, .database = config.common.database(name), .metrics = &process.metrics()};
}

inbox::ConsumerOptions consumer_options(Config const& config, service::Process& process,
                                        outbox::RelayHint const& relay) {
    return {.group = config.common.program,
            .topics = {"booking.reservation.v1"},
            .topic_prefix = config.common.kafka.topic_prefix,
            .kafka = config.common.kafka.client(config.common.program, &process.metrics()),
            .database = config.common.database("consumer"),
            .session_timeout = config.common.session_timeout,
            .after_commit =
                [&relay](std::span<events::Event const> applied) {
                    if (!applied.empty()) {
                        relay.send();
                    }
                },
            .metrics = &process.metrics()};
}

/// What moves money back or takes it can only be replayed: discarded, it would be owed for ever.
bool must_be_kept(std::string_view type) {
    using events::type_of;
    return type == type_of(events::ReservationConfirmed{}).type ||
           type == type_of(events::ReservationExpired{}).type ||
           type == type_of(events::ReservationCancelled{}).type ||
           type == type_of(events::ReservationPartlyCancelled{}).type;
}

int run(int argc, char const* const* argv) {
    auto reader = config::Reader{
        config::Sources::from_process("payment-service", "FRONTROW_PAYMENT__", argc, argv)};
    auto const config = read_config(reader);
    if (auto const exit_code = reader.finish()) {
        return *exit_code;
    }
    auto process = service::Process{"payment-service", config.common.process};
    auto const relay = outbox::RelayHint{config.common.hint.relay, "payment"};
    auto const clock = SystemClock{};
    service::keep_up(process, config.common, payment_migrations());

    auto top_up_options = lane_options(config, process, "top-ups");
    top_up_options.queue_items_max = config.write_lanes_waiting_max;
    top_up_options.after_commit = [&relay] {
        relay.send();
    };
    auto top_ups = http::TopUpLane{std::move(top_up_options), http::run_top_ups};
    auto read_options = lane_options(config, process, "reads");
    read_options.queue_items_max = config.read_lanes_waiting_max;
    read_options.database.read_only = true;
    auto reads = http::ReadLane{std::move(read_options), use_cases::read};
    process.ready_when("top-ups", [&] { return top_ups.is_ready(); });
    process.ready_when("reads", [&] { return reads.is_ready(); });

    auto router = frontrow::http::Router{};
    http::add_routes(router, top_ups, reads);
    auto dead_letters = deadletter::Admin{{.service = "payment",
                                           .database = config.common.database("dead-letters"),
                                           .keep = must_be_kept,
                                           .after_commit = [&relay] { relay.send(); },
                                           .metrics = &process.metrics()}};
    dead_letters.add_routes(router);
    auto server = frontrow::http::Server{config.common.http(process.metrics()), std::move(router),
                                         service::authenticator(config.common.auth, clock)};
    process.on_stop("http", [&] { server.drain(config.common.process.drain_patience); });

    auto consumer = inbox::Consumer{consumer_options(config, process, relay), consumers::consume};
    process.ready_when("consumer", [&] { return consumer.is_ready(); });
    process.run("consumer", [&](std::stop_token stop) { consumer.run(std::move(stop)); });
    process.on_stop("lanes", [&] {
        top_ups.stop();
        reads.stop();
        dead_letters.stop();
    });
    return process.run_until_signalled();
}

}  // namespace
}  // namespace frontrow::payment

int main(int argc, char** argv) {
    return frontrow::service::guard([&] { return frontrow::payment::run(argc, argv); });
}
