// An idempotent producer (acks=all) with delivery reports.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/kafka/error.hpp"
#include "common/kafka/options.hpp"
#include "common/kafka/record.hpp"

namespace frontrow::kafka {

/// How a record ended. `permanent` means that this record can never be sent as it is (too large,
/// unknown topic or partition): do not try again. Neither: unknown, because the client died on the
/// way, or the broker calls the record a repetition and cannot say where the first one is.
struct Delivery {
    std::uint64_t tag;  ///< as given to `produce`
    bool acknowledged{false};
    bool permanent{false};
    std::int32_t partition{-1};
    std::int64_t offset{-1};
    std::string reason{};
    int code{0};  ///< an rd_kafka_resp_err_t; 0: acknowledged
    /// The broker refuses a whole batch of records for its size: an innocent record may have shared
    /// one with the culprit. Send it again alone before believing the refusal.
    bool refused_as_batch{false};
};

struct ProducerOptions {
    ClientOptions client;
    std::chrono::milliseconds linger{0};
    std::string compression{"lz4"};
    /// 0: nothing is given up behind our back (the design, section 6, rule 4).
    std::chrono::milliseconds message_timeout{0};
    std::int32_t message_octets_max{1'000'000};
};

/// One instance, one thread (`produce` and `poll`). Order per partition is the order of `produce`.
/// After a fatal error the instance is dead: `is_fatal()`, make a new one (librdkafka#4438).
/// The first record of a topic waits up to a second for the topic's metadata, because without it
/// librdkafka would send it up to a second late (librdkafka#5032); `partition_count` warms up too.
class Producer {
  public:
    /// Must not throw: librdkafka's C code calls it.
    using OnDelivery = std::function<void(Delivery const&)>;
    Producer(ProducerOptions options, OnDelivery on_delivery);
    /// Forgets what is in flight, without waiting.
    ~Producer();

    /// Hands a record over. The key's murmur2 hash chooses the partition, as Java's default does,
    /// unless `partition` is given. False: the local queue is full, poll and try again. A record
    /// that is refused at once (too large) is reported through `on_delivery` by the next `poll`.
    [[nodiscard]] bool produce(std::string_view topic, std::optional<std::string_view> key,
                               std::optional<std::string_view> value, Headers const& headers,
                               std::uint64_t tag, std::optional<std::int32_t> partition = {});
    [[nodiscard]] bool produce(std::string_view topic, std::optional<std::string_view> key,
                               std::optional<std::string_view> value,
                               std::span<HeaderView const> headers, std::uint64_t tag,
                               std::optional<std::int32_t> partition = {});
    /// Runs delivery reports; waits up to `wait` for the first one. Returns how many ran.
    std::size_t poll(std::chrono::milliseconds wait);
    /// Waits until all in flight is reported, or the time is over (false).
    bool flush(std::chrono::milliseconds wait);
    [[nodiscard]] bool is_fatal() const;
    /// How many partitions the topic has; throws Error if it is unknown or no broker answers in
    /// time.
    [[nodiscard]] std::int32_t partition_count(std::string_view topic,
                                               std::chrono::milliseconds wait);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The partition that Java's default partitioner chooses (murmur2), so that ours agrees with
/// theirs.
[[nodiscard]] std::int32_t partition_of(std::string_view key, std::int32_t partition_count);

}  // namespace frontrow::kafka
