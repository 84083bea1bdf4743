// Asks the group's coordinator, again and again.
#include "tests/support/consumer_group.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <thread>

#include "common/kafka/librdkafka.hpp"

namespace frontrow::support {
namespace {

using Client = std::unique_ptr<rd_kafka_t, kafka::Destroy<rd_kafka_destroy>>;
using Groups =
    std::unique_ptr<rd_kafka_group_list const, kafka::Destroy<rd_kafka_group_list_destroy>>;

constexpr auto answer_wait_ms = 5'000;
constexpr auto pause = std::chrono::milliseconds{20};

struct GroupState {
    std::string state;
    std::size_t members{0};
};

GroupState state_of(rd_kafka_t* client, std::string const& group) {
    rd_kafka_group_list const* answer = nullptr;
    auto const code = rd_kafka_list_groups(client, group.c_str(), &answer, answer_wait_ms);
    auto const groups = Groups{answer};
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return {.state = rd_kafka_err2str(code)};
    }
    return groups->group_cnt == 0
               ? GroupState{.state = "unknown"}
               : GroupState{.state = groups->groups[0].state,
                            .members = static_cast<std::size_t>(groups->groups[0].member_cnt)};
}

}  // namespace

void await_members(std::string const& bootstrap_servers, std::string const& group,
                   std::size_t members, std::chrono::seconds patience) {
    auto context = kafka::ClientContext{};
    auto const options =
        kafka::ClientOptions{.bootstrap_servers = bootstrap_servers, .client_id = "test"};
    auto const client =
        Client{kafka::make_client(RD_KAFKA_PRODUCER, kafka::make_conf(options, context, {}, {}))};
    auto const deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto const now = state_of(client.get(), group);
        if (now.state == "Stable" && now.members == members) {
            return;
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error{
                fmt::format("group {} is {} with {} members, and not stable with {}", group,
                            now.state, now.members, members)};
        }
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace frontrow::support
