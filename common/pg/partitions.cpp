// Calls the functions of migrations/0001_partitions.sql.
#include "common/pg/partitions.hpp"

namespace frontrow::pg {
namespace {

constexpr auto ensure = Statement{"ensure_partitions", R"sql(
    SELECT public.ensure_partitions($1)
)sql"};

constexpr auto days_ahead_of_all = Statement{"partition_days_ahead", R"sql(
    SELECT coalesce(public.partition_days_ahead(), 400)
)sql"};

}  // namespace

std::int32_t ensure_partitions(Connection& connection, std::int32_t days_ahead) {
    return connection.query(ensure, days_ahead)[0].int32(0);
}

std::int32_t partition_days_ahead(Connection& connection) {
    return connection.query(days_ahead_of_all)[0].int32(0);
}

}  // namespace frontrow::pg
