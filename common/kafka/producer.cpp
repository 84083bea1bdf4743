// The idempotent producer over librdkafka's `producev` (never `produceva`: librdkafka#4628).
#include "common/kafka/producer.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "common/kafka/librdkafka.hpp"
#include "common/log/log.hpp"

namespace frontrow::kafka {
namespace {

constexpr auto warm_up_wait = std::chrono::milliseconds{1000};

/// Will the record be refused for ever as it is?
bool is_permanent(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return true;
        default:
            return false;
    }
}

Delivery refusal(std::uint64_t tag, rd_kafka_resp_err_t code) {
    return Delivery{.tag = tag,
                    .permanent = is_permanent(code),
                    .reason = rd_kafka_err2str(code),
                    .code = code};
}

Delivery delivery_of(rd_kafka_message_t const& message) {
    auto const tag = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(message._private));
    // librdkafka makes a success, without an offset, of the broker's word that it has the record
    // already. A broker that knew nothing of us and got a later batch first says so as well.
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && message.offset < 0) {
        return refusal(tag, RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    }
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return Delivery{.tag = tag,
                        .acknowledged = true,
                        .partition = message.partition,
                        .offset = message.offset};
    }
    auto delivery = refusal(tag, message.err);
    delivery.refused_as_batch = message.err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
                                message.err == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
                                message.err == RD_KAFKA_RESP_ERR_INVALID_RECORD;
    return delivery;
}

/// An empty view may have no address, which librdkafka would take for a null.
void* address_of(std::string_view octets) {
    return const_cast<char*>(octets.data() == nullptr ? "" : octets.data());
}

}  // namespace

struct Producer::State : ClientContext {
    struct KnownTopic {
        std::string name;
        Topic handle;
        std::int32_t partitions{0};  ///< 0: no broker has said yet
    };

    OnDelivery on_delivery;
    rd_kafka_t* rk{nullptr};
    std::vector<std::unique_ptr<KnownTopic>> topics;  // a handful: searched from the start
    std::deque<Delivery> refused_at_once;
    std::size_t delivered{0};

    State() = default;
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() {
        topics.clear();
        if (rk != nullptr) {
            rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                   RD_KAFKA_PURGE_F_NON_BLOCKING);
            destroy_client(rk);
        }
    }

    void report(Delivery const& delivery) {
        ++delivered;
        on_delivery(delivery);
    }

    static void on_report(rd_kafka_t*, rd_kafka_message_t const* message, void* opaque) noexcept {
        static_cast<State*>(static_cast<ClientContext*>(opaque))->report(delivery_of(*message));
    }

    /// The handle of a topic; its first use asks a broker for its partitions and waits a little.
    KnownTopic& topic(std::string_view name) {
        auto const found = std::find_if(topics.begin(), topics.end(),
                                        [&](auto const& known) { return known->name == name; });
        if (found != topics.end()) {
            return **found;
        }
        auto known = std::make_unique<KnownTopic>();
        known->name = name;
        known->handle.reset(rd_kafka_topic_new(rk, known->name.c_str(), nullptr));
        if (known->handle == nullptr) {
            throw error_of(rd_kafka_last_error(), "topic " + known->name, rk);
        }
        topics.push_back(std::move(known));
        return *topics.back();
    }

    std::int32_t ask_partitions(KnownTopic& known, std::chrono::milliseconds wait) {
        auto const metadata = metadata_of(rk, known.handle.get(), wait);
        if (metadata->topic_cnt != 1) {
            throw error_of(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "topic " + known.name, rk);
        }
        auto const& answer = metadata->topics[0];
        if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            throw error_of(answer.err, "topic " + known.name, rk);
        }
        known.partitions = answer.partition_cnt;
        return known.partitions;
    }

    void warm_up(KnownTopic& known) {
        try {
            ask_partitions(known, warm_up_wait);
        } catch (Error const& error) {
            log::info("kafka_topic_unknown", error.what());  // librdkafka goes on asking by itself
        }
    }

    /// Takes ownership of the headers; false: the local queue is full.
    bool hand_over(KnownTopic& known, std::optional<std::string_view> key,
                   std::optional<std::string_view> value, RawHeaders headers, std::uint64_t tag,
                   std::optional<std::int32_t> partition) {
        if (partition && known.partitions > 0 && *partition >= known.partitions) {
            refused_at_once.push_back(refusal(tag, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION));
            return true;
        }
        auto* const key_address = key ? address_of(*key) : nullptr;
        auto* const value_address = value ? address_of(*value) : nullptr;
        auto const key_size = key ? key->size() : 0;
        auto const value_size = value ? value->size() : 0;
        auto const code = rd_kafka_producev(
            rk, RD_KAFKA_V_RKT(known.handle.get()),
            RD_KAFKA_V_PARTITION(partition.value_or(RD_KAFKA_PARTITION_UA)),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key_address, key_size),
            RD_KAFKA_V_VALUE(value_address, value_size), RD_KAFKA_V_HEADERS(headers.get()),
            RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(static_cast<std::uintptr_t>(tag))),
            RD_KAFKA_V_END);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            static_cast<void>(headers.release());  // librdkafka's now, but only if it succeeded
            return true;
        }
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            return false;
        }
        refused_at_once.push_back(refusal(tag, code));
        return true;
    }
};

Producer::Producer(ProducerOptions options, OnDelivery on_delivery)
    : state_{std::make_unique<State>()} {
    state_->on_delivery = std::move(on_delivery);
    auto conf = make_conf(options.client, *state_,
                          {{"queue.buffering.max.messages", "1000000"},
                           {"queue.buffering.max.kbytes", "524288"},
                           {"linger.ms", std::to_string(options.linger.count())},
                           {"compression.codec", options.compression},
                           {"allow.auto.create.topics", "false"}},
                          {{"enable.idempotence", "true"},
                           {"acks", "all"},
                           {"partitioner", "murmur2_random"},  // Java's; ours differs by default
                           {"message.timeout.ms", std::to_string(options.message_timeout.count())},
                           {"message.max.bytes", std::to_string(options.message_octets_max)}});
    rd_kafka_conf_set_dr_msg_cb(conf.get(), State::on_report);
    state_->rk = make_client(RD_KAFKA_PRODUCER, std::move(conf));
}

Producer::~Producer() = default;

bool Producer::produce(std::string_view topic, std::optional<std::string_view> key,
                       std::optional<std::string_view> value, Headers const& headers,
                       std::uint64_t tag, std::optional<std::int32_t> partition) {
    auto views = std::vector<HeaderView>{};
    views.reserve(headers.size());
    for (auto const& [name, content] : headers) {
        views.push_back({name, content});
    }
    return produce(topic, key, value, std::span<HeaderView const>{views}, tag, partition);
}

bool Producer::produce(std::string_view topic, std::optional<std::string_view> key,
                       std::optional<std::string_view> value, std::span<HeaderView const> headers,
                       std::uint64_t tag, std::optional<std::int32_t> partition) {
    auto& known = state_->topic(topic);
    if (known.partitions == 0) {
        state_->warm_up(known);
    }
    auto raw = RawHeaders{rd_kafka_headers_new(headers.size())};
    for (auto const& header : headers) {
        rd_kafka_header_add(raw.get(), header.name.data(),
                            static_cast<std::ptrdiff_t>(header.name.size()),
                            header.value ? address_of(*header.value) : nullptr,
                            header.value ? static_cast<std::ptrdiff_t>(header.value->size()) : 0);
    }
    return state_->hand_over(known, key, value, std::move(raw), tag, partition);
}

std::size_t Producer::poll(std::chrono::milliseconds wait) {
    state_->delivered = 0;
    while (!state_->refused_at_once.empty()) {
        auto const refused = std::move(state_->refused_at_once.front());
        state_->refused_at_once.pop_front();
        state_->report(refused);
    }
    rd_kafka_poll(state_->rk, state_->delivered == 0 ? to_milliseconds(wait) : 0);
    return state_->delivered;
}

bool Producer::flush(std::chrono::milliseconds wait) {
    poll(std::chrono::milliseconds{0});
    return rd_kafka_flush(state_->rk, to_milliseconds(wait)) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool Producer::is_fatal() const {
    return rd_kafka_fatal_error(state_->rk, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::int32_t Producer::partition_count(std::string_view topic, std::chrono::milliseconds wait) {
    return state_->ask_partitions(state_->topic(topic), wait);
}

}  // namespace frontrow::kafka
