// A group's consumer: eager `range` assignment, one record at a time out of librdkafka's queue.
#include "common/kafka/consumer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/kafka/librdkafka.hpp"
#include "common/log/log.hpp"

namespace frontrow::kafka {
namespace {

constexpr auto commit_wait = std::chrono::milliseconds{5000};
constexpr auto seek_wait = std::chrono::milliseconds{5000};
constexpr auto close_wait = std::chrono::milliseconds{5000};

/// An error that only says that the way to the brokers is down, or that librdkafka mends by itself.
bool is_passing(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:     // the next poll joins again
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:  // a subscribed topic is yet to be made
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
            return true;
        default:
            return is_retriable(code);
    }
}

}  // namespace

struct Consumer::State : ClientContext {
    rd_kafka_t* rk{nullptr};
    Queue commits;
    Partitions assigned{rd_kafka_topic_partition_list_new(0)};
    bool lost{false};  ///< an assignment ended during this poll
    std::unique_ptr<Error> held_back;
    rd_kafka_resp_err_t last_passing{RD_KAFKA_RESP_ERR_NO_ERROR};

    State() = default;
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() {
        if (rk != nullptr) {
            close();
            commits.reset();
            destroy_client(rk);
        }
    }

    /// Leaves the group. Bounded, because a commit that waits for a lost coordinator would keep
    /// rd_kafka_consumer_close waiting for minutes; the session then ends by its timeout instead.
    void close() {
        auto const queue = Queue{rd_kafka_queue_new(rk)};
        auto const error = RawError{rd_kafka_consumer_close_queue(rk, queue.get())};
        auto const deadline = std::chrono::steady_clock::now() + close_wait;
        while (error == nullptr && rd_kafka_consumer_closed(rk) == 0 &&
               std::chrono::steady_clock::now() < deadline) {
            auto const event = Event{rd_kafka_queue_poll(queue.get(), 50)};
            if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
                rebalance(rd_kafka_event_error(event.get()),
                          rd_kafka_event_topic_partition_list(event.get()));
            }
        }
    }

    static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t code,
                             rd_kafka_topic_partition_list_t* partitions, void* opaque) {
        static_cast<State*>(static_cast<ClientContext*>(opaque))->rebalance(code, partitions);
    }

    void rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t const* partitions) {
        // `range` is eager: an assignment is all or nothing, so whatever was polled and not yet
        // handed to the caller is its next owner's, even if that is us again.
        lost = true;
        auto const gained = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        rd_kafka_assign(rk, gained ? partitions : nullptr);
        assigned.reset(gained ? rd_kafka_topic_partition_list_copy(partitions)
                              : rd_kafka_topic_partition_list_new(0));
        log::info("kafka_rebalance", gained ? "partitions assigned" : "partitions revoked",
                  {{"frontrow.kafka.partitions", std::int64_t{assigned->cnt}},
                   {"frontrow.kafka.client", client_id}});
    }

    void note_error(rd_kafka_message_t const& message) {
        auto const doing = std::string{"consuming"};
        if (message.err == RD_KAFKA_RESP_ERR__FATAL || !is_passing(message.err)) {
            held_back = std::make_unique<Error>(error_of(message.err, doing, rk));
            return;
        }
        if (message.err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
            lost = true;
        }
        if (std::exchange(last_passing, message.err) != message.err) {
            log::warning("kafka_consumer_error", rd_kafka_message_errstr(&message),
                         {{"frontrow.kafka.client", client_id}});
        }
    }

    bool is_assigned(std::string const& topic, std::int32_t partition) const {
        return rd_kafka_topic_partition_list_find(assigned.get(), topic.c_str(), partition) !=
               nullptr;
    }

    /// One entry for each assigned partition of the records, with an offset chosen by `choose`.
    template <class Choose>
    Partitions positions(std::span<Record const> records, Choose choose) const {
        auto list = Partitions{rd_kafka_topic_partition_list_new(8)};
        for (auto const& record : records) {
            if (!is_assigned(record.topic, record.partition)) {
                continue;
            }
            auto* entry = rd_kafka_topic_partition_list_find(list.get(), record.topic.c_str(),
                                                             record.partition);
            if (entry == nullptr) {
                entry = rd_kafka_topic_partition_list_add(list.get(), record.topic.c_str(),
                                                          record.partition);
            }
            entry->offset = entry->offset < 0 ? choose(record.offset, record.offset)
                                              : choose(entry->offset, record.offset);
        }
        return list;
    }
};

namespace {

/// A fetch is answered when so much is there or so much time is over.
struct Fetching {
    std::string octets_min{"1"};
    std::string wait_max_ms{"500"};
};

Fetching fetching_of(std::chrono::milliseconds gathering) {
    return gathering.count() == 0 ? Fetching{}
                                  : Fetching{"1000000", std::to_string(gathering.count())};
}

}  // namespace

Consumer::Consumer(ConsumerOptions options) : state_{std::make_unique<State>()} {
    auto const fetching = fetching_of(options.gathering);
    auto conf = make_conf(
        options.client, *state_,
        {{"fetch.min.bytes", fetching.octets_min},
         {"fetch.wait.max.ms", fetching.wait_max_ms},
         {"queued.max.messages.kbytes", "16384"},
         {"fetch.error.backoff.ms", "50"},
         {"coordinator.query.interval.ms", "10000"},
         {"allow.auto.create.topics", "false"}},
        {{"group.id", options.group},
         {"enable.auto.commit", "false"},
         {"enable.auto.offset.store", "false"},
         {"auto.offset.reset", options.from_beginning ? "earliest" : "latest"},
         // Not cooperative-sticky: librdkafka#4800, #4528, #4908, #4636.
         {"partition.assignment.strategy", "range"},
         {"session.timeout.ms", std::to_string(options.session_timeout.count())},
         {"heartbeat.interval.ms", std::to_string(options.session_timeout.count() / 3)},
         {"max.poll.interval.ms", std::to_string(std::max(options.poll_interval_max.count(),
                                                          options.session_timeout.count()))}});
    rd_kafka_conf_set_rebalance_cb(conf.get(), State::on_rebalance);
    state_->rk = make_client(RD_KAFKA_CONSUMER, std::move(conf));
    state_->commits.reset(rd_kafka_queue_new(state_->rk));
    rd_kafka_poll_set_consumer(state_->rk);
    auto const topics =
        Partitions{rd_kafka_topic_partition_list_new(static_cast<int>(options.topics.size()))};
    for (auto const& topic : options.topics) {
        rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    if (auto const code = rd_kafka_subscribe(state_->rk, topics.get());
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw error_of(code, "subscribing", state_->rk);
    }
}

Consumer::~Consumer() = default;

std::vector<Record> Consumer::poll(std::size_t records_max, std::chrono::milliseconds wait) {
    if (state_->held_back) {
        throw Error{*std::exchange(state_->held_back, nullptr)};
    }
    auto records = std::vector<Record>{};
    state_->lost = false;
    while (records.size() < records_max) {
        auto const timeout = records.empty() ? to_milliseconds(wait) : 0;
        auto const message = Message{rd_kafka_consumer_poll(state_->rk, timeout)};
        if (std::exchange(state_->lost, false)) {
            records.clear();
        }
        if (message == nullptr) {
            break;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            state_->last_passing = RD_KAFKA_RESP_ERR_NO_ERROR;
            records.push_back(record_of(*message));
            continue;
        }
        state_->note_error(*message);
        if (std::exchange(state_->lost, false)) {
            records.clear();
        }
        break;
    }
    if (records.empty() && state_->held_back) {
        throw Error{*std::exchange(state_->held_back, nullptr)};
    }
    return records;
}

bool Consumer::commit(std::span<Record const> records) {
    // Only what is assigned: librdkafka would go on committing for partitions that it has lost.
    auto const offsets = state_->positions(records, [](auto a, auto b) { return std::max(a, b); });
    if (offsets->cnt == 0) {
        return records.empty();
    }
    for (auto n = 0; n < offsets->cnt; ++n) {
        ++offsets->elems[n].offset;
    }
    while (auto const stale = Event{rd_kafka_queue_poll(state_->commits.get(), 0)}) {
        // an answer that came after an earlier commit had given up waiting
    }
    // Over a queue of our own, because the synchronous form waits minutes for a lost coordinator.
    if (rd_kafka_commit_queue(state_->rk, offsets.get(), state_->commits.get(), nullptr, nullptr) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    auto const event =
        Event{rd_kafka_queue_poll(state_->commits.get(), to_milliseconds(commit_wait))};
    if (event == nullptr || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        log::warning(
            "kafka_commit_refused",
            event == nullptr ? "no answer in time" : rd_kafka_event_error_string(event.get()),
            {{"frontrow.kafka.client", state_->client_id}});
        return false;
    }
    return true;
}

void Consumer::seek_back(std::span<Record const> records) {
    auto const firsts = state_->positions(records, [](auto a, auto b) { return std::min(a, b); });
    if (firsts->cnt == 0) {
        return;
    }
    auto const error =
        RawError{rd_kafka_seek_partitions(state_->rk, firsts.get(), to_milliseconds(seek_wait))};
    auto failed = error != nullptr;
    for (auto n = 0; n < firsts->cnt; ++n) {
        failed = failed || firsts->elems[n].err != RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (failed) {
        // Going on would skip the records; a new consumer begins at what was committed.
        throw Error{RD_KAFKA_RESP_ERR__TIMED_OUT, false, true, "seeking back failed"};
    }
}

std::size_t Consumer::assigned_partitions() const {
    return static_cast<std::size_t>(state_->assigned->cnt);
}

}  // namespace frontrow::kafka
