// A producer and a consumer as the programs have them, with nothing else between.
#include "tests/bench/hop.hpp"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "common/kafka/admin.hpp"
#include "common/kafka/consumer.hpp"
#include "common/kafka/producer.hpp"
#include "tests/bench/figure.hpp"
#include "tests/support/kafka_broker.hpp"

namespace frontrow::bench {
namespace {

using namespace std::chrono_literals;
using HopClock = std::chrono::steady_clock;

constexpr auto hop_patience = 10s;
constexpr std::size_t octets = 420;

/// Takes what comes, and notes when.
class Arrivals {
  public:
    explicit Arrivals(kafka::ConsumerOptions const& options)
        : thread_{[this, options](std::stop_token const& stop) {
              auto consumer = kafka::Consumer{options};
              while (!stop.stop_requested()) {
                  for ([[maybe_unused]] auto const& record : consumer.poll(100, 100ms)) {
                      arrived_at_ = HopClock::now();
                      ++arrived_;
                  }
              }
          }} {}

    HopClock::time_point wait_for(int records) const {
        auto const deadline = HopClock::now() + hop_patience;
        while (arrived_ < records) {
            if (HopClock::now() > deadline) {
                throw NoRatio{"a record did not come through Kafka"};
            }
            std::this_thread::sleep_for(200us);
        }
        return arrived_at_;
    }

  private:
    std::atomic<int> arrived_{0};
    std::atomic<HopClock::time_point> arrived_at_{};
    std::jthread thread_;
};

}  // namespace

double kafka_hop_p50_ms(int records, std::chrono::milliseconds pause) {
    static auto number = std::atomic{0};
    auto const topic = fmt::format("{}hop-{}", support::topic_prefix(), ++number);
    auto const client = kafka::ClientOptions{
        .bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "bench"};
    kafka::Admin{client}.create({{.name = topic, .partitions = 1, .config = {}}}, 30s);
    auto const arrivals = Arrivals{{.client = client, .group = topic, .topics = {topic}}};
    auto producer = kafka::Producer{{.client = client}, [](kafka::Delivery const&) {
                                    }};
    auto const value = std::string(octets, 'x');
    auto times = std::vector<double>{};
    // The first ones wait for topic and group.
    for (auto record = -3; record < records; ++record) {
        auto const begin = HopClock::now();
        if (!producer.produce(topic, "key", value, kafka::Headers{{"ce_id", "1"}}, 0)) {
            throw NoRatio{"the producer took no record"};
        }
        producer.poll(0ms);
        auto const arrived_at = arrivals.wait_for(record + 4);
        if (record >= 0) {
            times.push_back(std::chrono::duration<double, std::milli>(arrived_at - begin).count());
        }
        producer.flush(1s);
        std::this_thread::sleep_for(pause);
    }
    return median(times);
}

}  // namespace frontrow::bench
