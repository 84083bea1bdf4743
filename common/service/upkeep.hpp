// What every service with a database does beside its work: look at its schema, forget old keys.
#pragma once

#include <atomic>
#include <memory>
#include <span>

#include "common/pg/migrations.hpp"
#include "common/service/process.hpp"

namespace frontrow::service {

/// Registers with the process: a line of `/readyz` (every migration is there, and partitions for
/// two days to come), looked at each second until it is well and each minute from then on; and a
/// sweeper of idempotency keys, a sixtieth of them each minute. `migrations` must outlive the
/// process.
void keep_up(Process& process, ServiceConfig const& config,
             std::span<pg::Migration const> migrations);

}  // namespace frontrow::service
