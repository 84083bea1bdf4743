// dataplatform-consumer: every event once into the history, and stories read from it.
#include "common/deadletter/http/admin.hpp"
#include "common/inbox/consumer.hpp"
#include "common/outbox/outbox.hpp"
#include "common/service/authenticate.hpp"
#include "common/service/process.hpp"
#include "common/service/upkeep.hpp"
#include "dataplatform-consumer/config.hpp"
#include "dataplatform-consumer/consumers/record_history.hpp"
#include "dataplatform-consumer/http/routes.hpp"
#include "dataplatform-migrations.hpp"

namespace frontrow::dataplatform {
namespace {

/// Without hints to the relay: all that it has to publish of ours are dead letters.
inbox::ConsumerOptions consumer_options(Config const& config, service::Process& process) {
    return {.group = config.common.program,
            .topics = {"booking.reservation.v1", "booking.show.v1", "payment.payment.v1",
                       "payment.wallet.v1", "queue.token.v1"},
            .topic_prefix = config.common.kafka.topic_prefix,
            .kafka = config.common.kafka.client(config.common.program, &process.metrics()),
            .database = config.common.database("consumer"),
            .batch_records_max = config.batch_records_max,
            .gathering = std::chrono::milliseconds{500},
            .session_timeout = config.common.session_timeout,
            .ignore_unknown_types = false,  // a history with holes would be none
            .inbox_keep_days = config.inbox_keep_days,
            .metrics = &process.metrics()};
}

lane::LaneOptions timeline_options(Config const& config, service::Process& process) {
    auto options =
        lane::LaneOptions{.name = "timelines", .database = config.common.database("timelines")};
    options.database.read_only = true;
    options.queue_items_max = config.read_lanes_waiting_max;
    options.metrics = &process.metrics();
    return options;
}

int run(int argc, char const* const* argv) {
    auto reader = config::Reader{config::Sources::from_process(
        "dataplatform-consumer", "FRONTROW_DATAPLATFORM__", argc, argv)};
    auto const config = read_config(reader);
    if (auto const exit_code = reader.finish()) {
        return *exit_code;
    }
    auto process = service::Process{"dataplatform-consumer", config.common.process};
    auto const relay = outbox::RelayHint{config.common.hint.relay, "dataplatform"};
    auto const clock = SystemClock{};
    service::keep_up(process, config.common, dataplatform_migrations());

    auto timelines =
        http::TimelineLane{timeline_options(config, process), use_cases::read_timelines};
    auto dead_letters = deadletter::Admin{{.service = "dataplatform",
                                           .database = config.common.database("dead-letters"),
                                           .after_commit = [&relay] { relay.send(); },
                                           .metrics = &process.metrics()}};
    process.ready_when("timelines", [&] { return timelines.is_ready(); });
    process.ready_when("dead-letters", [&] { return dead_letters.is_ready(); });

    auto router = frontrow::http::Router{};
    http::add_routes(router, timelines);
    dead_letters.add_routes(router);
    auto server = frontrow::http::Server{config.common.http(process.metrics()), std::move(router),
                                         service::authenticator(config.common.auth, clock)};
    process.on_stop("http", [&] { server.drain(config.common.process.drain_patience); });

    auto consumer = inbox::Consumer{
        consumer_options(config, process),
        inbox::RecordHandler{[&process](pg::Transaction& tx, std::span<events::Event const> events,
                                        std::span<kafka::Record const* const> records) {
            return consumers::record_history(tx, events, records, &process.metrics());
        }}};
    process.ready_when("consumer", [&] { return consumer.is_ready(); });
    process.run("consumer", [&](std::stop_token stop) { consumer.run(std::move(stop)); });
    process.on_stop("lanes", [&] {
        timelines.stop();
        dead_letters.stop();
    });
    return process.run_until_signalled();
}

}  // namespace
}  // namespace frontrow::dataplatform

int main(int argc, char** argv) {
    return frontrow::service::guard([&] { return frontrow::dataplatform::run(argc, argv); });
}
