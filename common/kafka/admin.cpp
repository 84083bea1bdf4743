// Creating, removing and listing topics.
#include "common/kafka/admin.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "common/kafka/librdkafka.hpp"

namespace frontrow::kafka {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using DeleteTopic = std::unique_ptr<rd_kafka_DeleteTopic_t, Destroy<rd_kafka_DeleteTopic_destroy>>;
using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

NewTopic new_topic(TopicSpec const& spec) {
    auto reason = std::array<char, 512>{};
    auto topic = NewTopic{rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replicas,
                                                reason.data(), reason.size())};
    if (topic == nullptr) {
        throw Error{RD_KAFKA_RESP_ERR__INVALID_ARG, false, false,
                    "topic " + spec.name + ": " + reason.data()};
    }
    for (auto const& [name, value] : spec.config) {
        rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    }
    return topic;
}

AdminOptions options_for(rd_kafka_t* rk, rd_kafka_admin_op_t operation,
                         std::chrono::milliseconds wait) {
    auto options = AdminOptions{rd_kafka_AdminOptions_new(rk, operation)};
    auto reason = std::array<char, 512>{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), to_milliseconds(wait), reason.data(),
                                              reason.size());
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), to_milliseconds(wait), reason.data(),
                                                reason.size());
    return options;
}

Event answer(rd_kafka_t* rk, rd_kafka_queue_t* queue, std::chrono::milliseconds wait,
             std::string const& doing) {
    auto event = Event{rd_kafka_queue_poll(queue, to_milliseconds(wait + wait / 2))};
    if (event == nullptr) {
        throw error_of(RD_KAFKA_RESP_ERR__TIMED_OUT, doing, rk);
    }
    if (auto const code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw Error{code, is_retriable(code), false,
                    doing + ": " + rd_kafka_event_error_string(event.get())};
    }
    return event;
}

}  // namespace

struct Admin::State : ClientContext {
    rd_kafka_t* rk{nullptr};
    State() = default;
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() { destroy_client(rk); }
};

Admin::Admin(ClientOptions options) : state_{std::make_unique<State>()} {
    state_->rk = make_client(RD_KAFKA_PRODUCER, make_conf(options, *state_, {}, {}));
}

Admin::~Admin() = default;

std::vector<std::string> Admin::create(std::vector<TopicSpec> const& topics,
                                       std::chrono::milliseconds wait) {
    auto made = std::vector<std::string>{};
    if (topics.empty()) {
        return made;
    }
    auto const deadline = std::chrono::steady_clock::now() + wait;
    auto owned = std::vector<NewTopic>{};
    auto raw = std::vector<rd_kafka_NewTopic_t*>{};
    for (auto const& topic : topics) {
        owned.push_back(new_topic(topic));
        raw.push_back(owned.back().get());
    }
    auto const queue = Queue{rd_kafka_queue_new(state_->rk)};
    auto const options = options_for(state_->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS, wait);
    rd_kafka_CreateTopics(state_->rk, raw.data(), raw.size(), options.get(), queue.get());
    auto const event = answer(state_->rk, queue.get(), wait, "creating topics");
    std::size_t count = 0;
    auto const* const results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count);
    for (std::size_t n = 0; n < count; ++n) {
        auto const name = std::string{rd_kafka_topic_result_name(results[n])};
        auto const code = rd_kafka_topic_result_error(results[n]);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            made.push_back(name);
        } else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            auto const* const why = rd_kafka_topic_result_error_string(results[n]);
            throw Error{
                code, is_retriable(code), false,
                "creating topic " + name + ": " + (why == nullptr ? rd_kafka_err2str(code) : why)};
        }
    }
    // The controller answers a little before every broker knows the topics.
    for (auto missing = made; !missing.empty() && std::chrono::steady_clock::now() < deadline;) {
        for (auto const& state : this->topics(wait)) {
            std::erase(missing, state.name);
        }
        if (!missing.empty()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }
    return made;
}

void Admin::remove(std::vector<std::string> const& topics, std::chrono::milliseconds wait) {
    if (topics.empty()) {
        return;
    }
    auto owned = std::vector<DeleteTopic>{};
    auto raw = std::vector<rd_kafka_DeleteTopic_t*>{};
    for (auto const& topic : topics) {
        owned.emplace_back(rd_kafka_DeleteTopic_new(topic.c_str()));
        raw.push_back(owned.back().get());
    }
    auto const queue = Queue{rd_kafka_queue_new(state_->rk)};
    auto const options = options_for(state_->rk, RD_KAFKA_ADMIN_OP_DELETETOPICS, wait);
    rd_kafka_DeleteTopics(state_->rk, raw.data(), raw.size(), options.get(), queue.get());
    auto const event = answer(state_->rk, queue.get(), wait, "removing topics");
    std::size_t count = 0;
    auto const* const results = rd_kafka_DeleteTopics_result_topics(
        rd_kafka_event_DeleteTopics_result(event.get()), &count);
    for (std::size_t n = 0; n < count; ++n) {
        auto const code = rd_kafka_topic_result_error(results[n]);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
            throw error_of(code,
                           std::string{"removing topic "} + rd_kafka_topic_result_name(results[n]));
        }
    }
}

std::vector<TopicState> Admin::topics(std::chrono::milliseconds wait) {
    auto const metadata = metadata_of(state_->rk, nullptr, wait);
    auto states = std::vector<TopicState>{};
    for (auto n = 0; n < metadata->topic_cnt; ++n) {
        auto const& topic = metadata->topics[n];
        if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            states.push_back({topic.topic, topic.partition_cnt});
        }
    }
    return states;
}

std::map<std::string, std::map<std::string, std::string>> Admin::settings(
    std::vector<std::string> const& topics, std::chrono::milliseconds wait) {
    auto all = std::map<std::string, std::map<std::string, std::string>>{};
    if (topics.empty()) {
        return all;
    }
    auto owned = std::vector<ConfigResource>{};
    auto raw = std::vector<rd_kafka_ConfigResource_t*>{};
    for (auto const& topic : topics) {
        owned.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
        raw.push_back(owned.back().get());
    }
    auto const queue = Queue{rd_kafka_queue_new(state_->rk)};
    auto const options = options_for(state_->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, wait);
    rd_kafka_DescribeConfigs(state_->rk, raw.data(), raw.size(), options.get(), queue.get());
    auto const event = answer(state_->rk, queue.get(), wait, "reading settings of topics");
    std::size_t count = 0;
    auto const* const results = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    for (std::size_t n = 0; n < count; ++n) {
        auto const topic = std::string{rd_kafka_ConfigResource_name(results[n])};
        if (auto const code = rd_kafka_ConfigResource_error(results[n]);
            code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            throw error_of(code, "reading settings of topic " + topic);
        }
        std::size_t entries = 0;
        auto const* const configs = rd_kafka_ConfigResource_configs(results[n], &entries);
        for (std::size_t m = 0; m < entries; ++m) {
            auto const* const value = rd_kafka_ConfigEntry_value(configs[m]);
            all[topic][rd_kafka_ConfigEntry_name(configs[m])] = value == nullptr ? "" : value;
        }
    }
    return all;
}

}  // namespace frontrow::kafka
