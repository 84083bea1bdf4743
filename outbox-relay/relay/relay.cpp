// The one loop of the relay that catches faults.
#include "outbox-relay/relay/relay.hpp"

#include <algorithm>
#include <utility>

#include "common/log/log.hpp"
#include "outbox-relay/relay/session.hpp"

namespace frontrow::relay {
namespace {

using namespace std::chrono_literals;

constexpr auto backoff_min = 50ms;

}  // namespace

DatabaseRelay::DatabaseRelay(RelayOptions options, metrics::Registry& registry)
    : options_{std::move(options)}, metrics_{registry, options_.name} {}

void DatabaseRelay::run(std::stop_token const& stop) {
    auto const wake_up = std::stop_callback{stop, [this] {
                                                wake_.ring();
                                            }};
    while (!stop.stop_requested()) {
        try {
            connect_and_run(stop);
        } catch (storage::Fenced const& fenced) {
            // The session is gone by now, and its producer with all that was not on the way yet.
            log::warning("relay_fenced", fenced.what(), {{"frontrow.database", options_.name}});
            active_ = false;
            metrics_.active.set(0);
        } catch (PartitionsChanged const& changed) {
            failed("relay_partitions_changed", changed.what());
            wait(stop, options_.backoff_max);
        } catch (std::exception const& fault) {
            failed("relay_session_failed", fault.what());
            wait(stop, backoff_);
        }
    }
    active_ = false;
    metrics_.active.set(0);
}

void DatabaseRelay::failed(std::string const& action, std::string const& why) {
    ready_ = false;
    active_ = false;
    metrics_.active.set(0);
    backoff_ = std::clamp(backoff_ * 2, backoff_min, options_.backoff_max);
    log::error(action, why, {{"frontrow.database", options_.name}});
}

void DatabaseRelay::wait(std::stop_token const& stop, std::chrono::milliseconds patience) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < deadline) {
        wake_.wait(std::min(patience, 50ms));
    }
}

void DatabaseRelay::connect_and_run(std::stop_token const& stop) {
    auto connection = pg::Connection{options_.database};
    storage::set_up_session(connection);
    auto announced = false;
    while (!stop.stop_requested()) {
        auto lease = storage::take_lease(connection, options_.holder, options_.lease);
        if (!lease) {
            ready_ = true;
            if (!std::exchange(announced, true)) {
                log::info("relay_stands_by", "another relay publishes",
                          {{"frontrow.database", options_.name}});
            }
            wait(stop, std::min(options_.lease / 4, 500ms));
            continue;
        }
        auto session = Session{options_, metrics_, connection, *std::move(lease)};
        log::info("relay_active", "publishing",
                  {{"frontrow.database", options_.name}, {"frontrow.epoch", session.epoch()}});
        ready_ = true;
        active_ = true;
        metrics_.active.set(1);
        backoff_ = 0ms;
        session.run(stop, wake_);
    }
}

std::int32_t clean_up(RelayOptions const& options, std::chrono::milliseconds retention) {
    auto connection = pg::Connection{options.database};
    return storage::drop_partitions(connection, retention);
}

}  // namespace frontrow::relay
