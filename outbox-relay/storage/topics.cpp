// SQL of relay_topics.
#include "outbox-relay/storage/topics.hpp"

namespace frontrow::relay::storage {
namespace {

constexpr auto all = pg::Statement{"relay_topics", R"sql(
    SELECT topic, partitions FROM public.relay_topics
)sql"};

constexpr auto remember = pg::Statement{"relay_remember_topic", R"sql(
    INSERT INTO public.relay_topics (topic, partitions) VALUES ($1::text, $2::int)
    ON CONFLICT (topic) DO NOTHING
)sql"};

}  // namespace

std::map<std::string, std::int32_t> remembered_topics(pg::Connection& connection) {
    auto const rows = connection.query(all);
    auto topics = std::map<std::string, std::int32_t>{};
    for (auto n = 0; n < rows.size(); ++n) {
        topics.emplace(rows[n].string(0), rows[n].int32(1));
    }
    return topics;
}

void remember_topic(pg::Connection& connection, std::string const& topic, std::int32_t partitions) {
    connection.query(remember, topic, partitions);
}

}  // namespace frontrow::relay::storage
