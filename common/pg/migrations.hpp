// Schema changes as plain SQL files: applied once, in order, under an advisory lock, checksummed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/pg/connection.hpp"

namespace frontrow::pg {

/// One file of a room, embedded in the program at build time (cmake/rooms.cmake,
/// frontrow_migrations).
struct Migration {
    std::string_view name;  ///< room and file: "outbox/0001_outbox.sql"
    std::string_view sql;
};

struct MigrationReport {
    std::vector<std::string> applied;  ///< by this run, in order
    std::size_t present{0};            ///< already there with the same checksum
};

/// Applies what is missing, each file in a transaction of its own with `lock_timeout`. Two at once:
/// one waits for the other. Throws std::runtime_error naming the file if an applied file's checksum
/// changed or the database knows a migration that this program does not; pg::Error if SQL fails.
/// `@service_role@` and `@relay_role@` in a file stand for the roles that get grants; a role that
/// is empty is replaced by the current user's. Must not be called inside a transaction.
MigrationReport migrate(Connection& connection, std::span<Migration const> migrations,
                        std::string_view service_role, std::string_view relay_role);

/// The names that are missing from the database. Empty: ready. For `/readyz`.
std::vector<std::string> missing_migrations(Connection& connection,
                                            std::span<Migration const> migrations);

}  // namespace frontrow::pg
