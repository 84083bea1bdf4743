// A program that consumes events as every service does, and dies of the one whose number it is
// told: mortal-consumer BROKERS DATABASE TOPIC_PREFIX DEADLY_NUMBER. Effects are rows of a table.
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "common/inbox/consumer.hpp"

namespace {

using namespace frontrow;

std::vector<inbox::Outcome> handle(pg::Transaction& tx, std::span<events::Event const> batch,
                                   std::int64_t deadly) {
    static constexpr auto insert =
        pg::Statement{"insert_effect", "INSERT INTO effects (number) VALUES ($1)"};
    auto outcomes = std::vector<inbox::Outcome>{};
    for (auto const& event : batch) {
        auto const number = std::get<events::TokenJoined>(event.body).number;
        if (number == deadly) {
            ::kill(::getpid(), SIGKILL);  // at once, without a core
        }
        tx.query(insert, number);
        outcomes.push_back(inbox::Outcome::applied());
    }
    return outcomes;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        return 2;
    }
    auto signals = sigset_t{};
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    auto options = inbox::ConsumerOptions{};
    options.group = "mortal";
    options.topics = {"queue.token.v1"};
    options.topic_prefix = argv[3];
    options.kafka = {.bootstrap_servers = argv[1], .client_id = "mortal"};
    options.database.url = argv[2];
    options.session_timeout = std::chrono::seconds{1};
    auto consumer = inbox::Consumer{
        options,
        [deadly = std::stoll(argv[4])](pg::Transaction& tx, std::span<events::Event const> batch) {
            return handle(tx, batch, deadly);
        }};
    auto const loop = std::jthread{[&](std::stop_token stop) {
        consumer.run(std::move(stop));
    }};
    auto signal = 0;
    ::sigwait(&signals, &signal);
    return 0;
}
