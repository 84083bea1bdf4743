// Explicit assignment of all partitions, with the high watermark of each noted at the start.
#include "common/kafka/reader.hpp"

#include <map>
#include <thread>
#include <utility>

#include "common/kafka/librdkafka.hpp"

namespace frontrow::kafka {
namespace {

constexpr auto pause_between_questions = std::chrono::milliseconds{20};

}  // namespace

struct Reader::State : ClientContext {
    rd_kafka_t* rk{nullptr};
    /// Per partition the offset at which its opening content ends; erased once it was reached.
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> unread;

    State() = default;
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() { destroy_client(rk); }
    void assign(rd_kafka_topic_partition_list_t* list, std::string const& name, From from,
                std::chrono::milliseconds wait);
    std::pair<std::int64_t, std::int64_t> range_of(std::string const& name, std::int32_t partition,
                                                   std::chrono::milliseconds wait) const;
    void passed(Record const& record);
};

/// Leaders move, and what librdkafka remembers of them is old then: it asks anew by itself.
std::pair<std::int64_t, std::int64_t> Reader::State::range_of(
    std::string const& name, std::int32_t partition, std::chrono::milliseconds wait) const {
    auto const give_up = std::chrono::steady_clock::now() + wait;
    while (true) {
        auto low = std::int64_t{0};
        auto high = std::int64_t{0};
        auto const code = rd_kafka_query_watermark_offsets(rk, name.c_str(), partition, &low, &high,
                                                           to_milliseconds(wait));
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return {low, high};
        }
        if (!is_retriable(code) || std::chrono::steady_clock::now() >= give_up) {
            throw error_of(code, "looking for the end of " + name, rk);
        }
        std::this_thread::sleep_for(pause_between_questions);
    }
}

void Reader::State::assign(rd_kafka_topic_partition_list_t* list, std::string const& name,
                           From from, std::chrono::milliseconds wait) {
    auto const topic = Topic{rd_kafka_topic_new(rk, name.c_str(), nullptr)};
    auto const metadata = metadata_of(rk, topic.get(), wait);
    auto const& found = metadata->topics[0];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw error_of(found.err, "reading " + name, rk);
    }
    for (auto partition = 0; partition < found.partition_cnt; ++partition) {
        auto const [low, high] = range_of(name, partition, wait);
        if (from == From::start && low < high) {
            unread[{name, partition}] = high;
        }
        rd_kafka_topic_partition_list_add(list, name.c_str(), partition)->offset =
            from == From::start ? low : high;
    }
}

void Reader::State::passed(Record const& record) {
    auto const at = unread.find({record.topic, record.partition});
    if (at != unread.end() && record.offset + 1 >= at->second) {
        unread.erase(at);
    }
}

Reader::Reader(ClientOptions options, std::vector<std::string> const& topics, From from,
               std::chrono::milliseconds wait)
    : state_{std::make_unique<State>()} {
    // librdkafka wants a group's name even for an explicit assignment; nothing is committed to it.
    auto conf = make_conf(options, *state_, {{"fetch.wait.max.ms", "50"}},
                          {{"group.id", "frontrow-reader"},
                           {"enable.auto.commit", "false"},
                           {"enable.auto.offset.store", "false"},
                           {"auto.offset.reset", "earliest"}});
    state_->rk = make_client(RD_KAFKA_CONSUMER, std::move(conf));
    rd_kafka_poll_set_consumer(state_->rk);
    auto const list =
        Partitions{rd_kafka_topic_partition_list_new(static_cast<int>(topics.size()))};
    for (auto const& topic : topics) {
        state_->assign(list.get(), topic, from, wait);
    }
    if (auto const code = rd_kafka_assign(state_->rk, list.get());
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw error_of(code, "assigning partitions", state_->rk);
    }
}

Reader::~Reader() = default;

std::vector<Record> Reader::poll(std::size_t records_max, std::chrono::milliseconds wait) {
    auto records = std::vector<Record>{};
    while (records.size() < records_max) {
        auto const patience = records.empty() ? to_milliseconds(wait) : 0;
        auto const message = Message{rd_kafka_consumer_poll(state_->rk, patience)};
        if (message == nullptr) {
            break;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            records.push_back(record_of(*message));
            state_->passed(records.back());
        } else if (!is_retriable(message->err)) {
            throw error_of(message->err, "reading", state_->rk);
        }
    }
    return records;
}

bool Reader::is_at_the_end() const {
    return state_->unread.empty();
}

}  // namespace frontrow::kafka
