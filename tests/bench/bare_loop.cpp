// libpq and librdkafka with nothing between them.
#include "tests/bench/bare_loop.hpp"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "common/core/clock.hpp"
#include "common/pg/connection.hpp"
#include "tests/bench/figure.hpp"
#include "tests/support/database.hpp"

namespace frontrow::bench {
namespace {

constexpr auto next_page = pg::Statement{"bare_page", R"sql(
    SELECT id, event_id, aggregateid, version, type, topic, key, payload, time, traceparent
    FROM public.outbox
    WHERE id > $1::bigint
    ORDER BY id
    LIMIT 2000
)sql"};

/// What was acknowledged, and what was not.
struct Reports {
    std::int64_t acknowledged{0};
    std::int64_t failed{0};
};

void on_report(rd_kafka_t*, rd_kafka_message_t const* message, void* opaque) {
    auto& reports = *static_cast<Reports*>(opaque);
    ++(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? reports.acknowledged : reports.failed);
}

struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy>;

Client make_client(std::string const& bootstrap_servers, Reports& reports) {
    auto* const conf = rd_kafka_conf_new();
    auto const set = [&](char const* name, char const* value) {
        rd_kafka_conf_set(conf, name, value, nullptr, 0);
    };
    set("bootstrap.servers", bootstrap_servers.c_str());
    set("enable.idempotence", "true");
    set("acks", "all");
    set("compression.codec", "lz4");
    set("linger.ms", "2");
    set("partitioner", "murmur2_random");
    set("queue.buffering.max.messages", "1000000");
    set("queue.buffering.max.kbytes", "524288");
    rd_kafka_conf_set_opaque(conf, &reports);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    auto client = Client{rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0)};
    if (client == nullptr) {
        throw std::runtime_error{"no producer"};
    }
    return client;
}

rd_kafka_headers_t* headers_of(pg::Row const& row) {
    auto* const headers = rd_kafka_headers_new(11);
    auto const add = [&](std::string_view name, std::string_view value) {
        rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                            static_cast<ssize_t>(value.size()));
    };
    auto const type = row.text(4);
    add("ce_specversion", "1.0");
    add("ce_id", row.uuid(1).to_string());
    add("ce_type", type);
    add("ce_source", "/frontrow/booking-service");
    add("ce_subject", row.text(2));
    add("ce_time", to_rfc3339(row.instant(8)));
    add("ce_dataschema", "https://frontrow.example/schemas/" + std::string{type} + ".json");
    add("ce_partitionkey", row.text(2));
    add("ce_sequence", std::to_string(row.int64(3)));
    add("content-type", "application/json");
    add("traceparent", row.text(9));
    return headers;
}

void produce(rd_kafka_t* client, rd_kafka_topic_t* topic, pg::Row const& row) {
    auto const key = row.octets(6);
    auto const payload = row.octets(7);
    auto* const headers = headers_of(row);
    for (;;) {
        auto const code = rd_kafka_producev(
            client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(const_cast<char*>(key.data()), key.size()),
            RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()),
            RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return;
        }
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            throw std::runtime_error{rd_kafka_err2str(code)};
        }
        rd_kafka_poll(client, 10);
    }
}

}  // namespace

double run_bare_loop(BareLoop const& loop) {
    auto connection = support::connect(loop.database_url);
    auto reports = Reports{};
    auto const client = make_client(loop.bootstrap_servers, reports);
    auto const name = loop.topic_prefix + "booking.reservation.v1";
    auto const topic = Topic{rd_kafka_topic_new(client.get(), name.c_str(), nullptr)};
    rd_kafka_metadata_t const* metadata = nullptr;
    rd_kafka_metadata(client.get(), 0, topic.get(), &metadata, 10'000);
    rd_kafka_metadata_destroy(metadata);
    auto const begin = std::chrono::steady_clock::now();
    auto last_id = std::int64_t{0};
    auto rows_in_all = std::int64_t{0};
    for (;;) {
        auto const rows = connection.query(next_page, last_id);
        if (rows.empty()) {
            break;
        }
        for (auto n = 0; n < rows.size(); ++n) {
            produce(client.get(), topic.get(), rows[n]);
        }
        last_id = rows[rows.size() - 1].int64(0);
        rows_in_all += rows.size();
        rd_kafka_poll(client.get(), 0);
    }
    rd_kafka_flush(client.get(), 60'000);
    auto const took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (reports.acknowledged != rows_in_all || reports.failed > 0) {
        throw NoRatio{"the bare loop lost records"};
    }
    return static_cast<double>(rows_in_all) / took;
}

}  // namespace frontrow::bench
