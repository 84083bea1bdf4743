// Publishes the outboxes of all configured databases to Kafka.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "common/config/reader.hpp"
#include "common/core/uuid.hpp"
#include "common/hint/hint.hpp"
#include "common/log/log.hpp"
#include "common/service/process.hpp"
#include "outbox-relay/config.hpp"
#include "outbox-relay/relay/relay.hpp"

namespace frontrow::relay {
namespace {

using Relays = std::vector<std::shared_ptr<DatabaseRelay>>;

RelayOptions options_for(DatabaseConfig const& database, RelayConfig const& config,
                         metrics::Registry& metrics) {
    auto options = RelayOptions{};
    options.name = database.name;
    options.database.url = database.url.reveal();
    options.database.application_name = "outbox-relay/" + database.name;
    options.database.statement_timeout = std::chrono::minutes{1};  // a window of a huge backlog
    options.producer.client = config.kafka.client("outbox-relay-" + database.name, &metrics);
    options.producer.linger = config.linger;
    options.producer.compression = config.compression;
    options.topic_prefix = config.kafka.topic_prefix;
    options.holder = new_uuid().to_string() + " pid " + std::to_string(getpid());
    options.lease = config.lease;
    options.poll_min = config.poll_min;
    options.poll_max = config.poll_max;
    return options;
}

void serve(service::Process& process, RelayConfig const& config, DatabaseConfig const& database,
           Relays& relays) {
    auto const options = options_for(database, config, process.metrics());
    auto const relay = std::make_shared<DatabaseRelay>(options, process.metrics());
    relays.push_back(relay);
    process.ready_when("outbox " + database.name, [relay] { return relay->is_ready(); });
    process.run("relay " + database.name,
                [relay](std::stop_token const& stop) { relay->run(stop); });
    process.every("clean-up " + database.name, config.clean_up_period,
                  [options, retention = config.retention] {
                      if (auto const dropped = clean_up(options, retention); dropped > 0) {
                          log::info("relay_clean_up", "dropped published partitions",
                                    {{"frontrow.database", options.name},
                                     {"frontrow.partitions", std::int64_t{dropped}}});
                      }
                  });
}

int run(int argc, char const* const* argv) {
    auto reader = config::Reader{
        config::Sources::from_process("outbox-relay", "FRONTROW_RELAY__", argc, argv)};
    auto const config = read_config(reader);
    if (auto const code = reader.finish(); code) {
        return *code;
    }
    auto process = service::Process{"outbox-relay", config.process};
    auto relays = Relays{};
    for (auto const& database : config.databases) {
        serve(process, config, database, relays);
    }
    auto const listener =
        hint::Listener{config.hint_host, config.hint_port, [&](auto const& databases) {
                           for (auto const& relay : relays) {
                               if (std::ranges::count(databases, relay->name()) > 0) {
                                   relay->wake();
                               }
                           }
                       }};
    return process.run_until_signalled();
}

}  // namespace
}  // namespace frontrow::relay

int main(int argc, char** argv) {
    return frontrow::service::guard([&] { return frontrow::relay::run(argc, argv); });
}
