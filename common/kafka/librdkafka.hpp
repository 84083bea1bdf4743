// The C handles of librdkafka, each owned once; only this room's .cpp files include this.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/kafka/error.hpp"
#include "common/kafka/options.hpp"
#include "common/kafka/record.hpp"
#include "common/kafka/statistics.hpp"

namespace frontrow::kafka {

template <auto destroy>
struct Destroy {
    template <class Handle>
    void operator()(Handle* handle) const {
        destroy(handle);
    }
};

using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   Destroy<rd_kafka_topic_partition_list_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using RawError = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using Metadata = std::unique_ptr<rd_kafka_metadata_t const, Destroy<rd_kafka_metadata_destroy>>;
using RawHeaders = std::unique_ptr<rd_kafka_headers_t, Destroy<rd_kafka_headers_destroy>>;

using Settings = std::initializer_list<std::pair<char const*, std::string>>;

/// What every callback of a client reaches through its opaque: embed as the state's first word.
struct ClientContext {
    std::string client_id;
    std::unique_ptr<Statistics> statistics;  ///< none without a registry
};

/// The configuration of a client: `tunable` first, then the caller's properties, then `promised`,
/// which nobody may change because the guarantees rest on it. Throws Error for a bad setting.
Conf make_conf(ClientOptions const& options, ClientContext& context, Settings tunable,
               Settings promised);
/// Takes over the configuration; throws Error if librdkafka refuses it.
rd_kafka_t* make_client(rd_kafka_type_t type, Conf conf);
/// Destroys a client, or nothing if it is null, without closing its consumer. librdkafka waits for
/// ever if it has lost count of its own references, as when a topic is removed while it is read
/// (librdkafka#3007, #4131, #4362): such a client is left behind after `wait`, its threads idle,
/// which is logged and answered with false. None of its callbacks is called from here on.
bool destroy_client(rd_kafka_t* rk, std::chrono::milliseconds wait = std::chrono::seconds{5});

/// The exception of a code. `rk`, if given, tells a fatal error's real cause.
[[nodiscard]] Error error_of(rd_kafka_resp_err_t code, std::string const& doing,
                             rd_kafka_t* rk = nullptr);

/// Asks a broker; throws Error if none answers in time. `topic` null: all topics.
Metadata metadata_of(rd_kafka_t* rk, rd_kafka_topic_t* topic, std::chrono::milliseconds wait);

/// A message as it came, headers and all.
[[nodiscard]] Record record_of(rd_kafka_message_t const& message);

inline int to_milliseconds(std::chrono::milliseconds wait) {
    return static_cast<int>(wait.count());
}

}  // namespace frontrow::kafka
