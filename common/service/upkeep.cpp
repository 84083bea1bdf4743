// The upkeep of a service's database, on a connection of its own.
#include "common/service/upkeep.hpp"

#include "common/idempotency/sweeper.hpp"
#include "common/log/log.hpp"
#include "common/pg/partitions.hpp"

namespace frontrow::service {
namespace {

using namespace std::chrono_literals;

constexpr auto partition_days_ahead_min = 2;
constexpr auto looks_between_upkeeps = 60;
constexpr auto upkeeps_of_a_sweep = 60;  // so an old key is there for an hour more at most

class Upkeep {
  public:
    Upkeep(pg::ConnectOptions database, std::span<pg::Migration const> migrations)
        : database_{std::move(database)}, migrations_{migrations} {}

    [[nodiscard]] bool is_ready() const { return ready_; }

    /// Once a second.
    void look() {
        if (ready_ && ++looks_ % looks_between_upkeeps != 0) {
            return;
        }
        auto connection = pg::Connection{database_};
        auto const missing = pg::missing_migrations(connection, migrations_);
        auto const days_ahead = missing.empty() ? pg::partition_days_ahead(connection) : 0;
        auto const ready = missing.empty() && days_ahead >= partition_days_ahead_min;
        if (!ready) {
            log::warning("schema_not_ready", "the database's schema is not ready",
                         {{"frontrow.missing", missing.empty() ? std::string{} : missing.front()},
                          {"frontrow.partition_days_ahead", std::int64_t{days_ahead}}});
        }
        ready_ = ready;
        if (ready) {
            sweeper_.sweep_part(connection, upkeeps_of_a_sweep);
        }
    }

  private:
    pg::ConnectOptions database_;
    std::span<pg::Migration const> migrations_;
    idempotency::Sweeper sweeper_;
    std::atomic<bool> ready_{false};
    int looks_{0};
};

}  // namespace

void keep_up(Process& process, ServiceConfig const& config,
             std::span<pg::Migration const> migrations) {
    auto const upkeep = std::make_shared<Upkeep>(config.database("upkeep"), migrations);
    process.ready_when("schema", [upkeep] { return upkeep->is_ready(); });
    process.every("upkeep", 1s, [upkeep] { upkeep->look(); });
}

}  // namespace frontrow::service
