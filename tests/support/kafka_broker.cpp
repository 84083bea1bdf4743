// The Kafka broker of a test stage: one for all, a topic prefix of its own for each test.
#include "tests/support/kafka_broker.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "common/kafka/admin.hpp"
#include "frontrowctl/local/layout.hpp"
#include "frontrowctl/local/ports.hpp"
#include "frontrowctl/local/secrets.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

local::KafkaOptions test_broker(std::string const& name) {
    auto const& folder = TestFolder::shared().path();
    auto const layout = local::Layout::of_this_build();
    return {.folder = folder / name,
            .jars = layout.kafka_jars(),
            .logging = layout.kafka_logging(),
            .log_file = folder / (name + ".log"),
            .pid_file = folder / (name + ".pid"),
            .port = local::free_port(),
            .controller_port = local::free_port()};
}

/// Twelve partitions a topic and a dozen topics a test would wear a small broker out.
class DeleteTopics : public ::testing::EmptyTestEventListener {
  public:
    std::string prefix() {
        auto const lock = std::scoped_lock{mutex_};
        if (prefix_.empty()) {
            prefix_ = fmt::format("t{}-{}-", ::getpid(), ++counter_);
        }
        return prefix_;
    }

  private:
    void OnTestEnd(::testing::TestInfo const&) override {
        auto const lock = std::scoped_lock{mutex_};
        if (prefix_.empty()) {
            return;
        }
        auto admin = kafka::Admin{{.bootstrap_servers = support::kafka().bootstrap_servers(),
                                   .client_id = "frontrow-tests"}};
        auto gone = std::vector<std::string>{};
        for (auto const& topic : admin.topics(std::chrono::seconds{30})) {
            // Topics of dead letters and of retries carry the prefix further inside their name.
            if (topic.name.find(prefix_) != std::string::npos) {
                gone.push_back(topic.name);
            }
        }
        if (!gone.empty()) {
            admin.remove(gone, std::chrono::seconds{30});
        }
        prefix_.clear();
    }

    std::mutex mutex_;
    std::string prefix_;
    int counter_ = 0;
};

DeleteTopics& topics_of_this_test() {
    static auto* const listener = [] {
        auto* const made = new DeleteTopics;
        ::testing::UnitTest::GetInstance()->listeners().Append(made);  // which owns it from now on
        return made;
    }();
    return *listener;
}

void signal_broker(std::string const& name, int number) {
    if (auto broker = local::Process::find(TestFolder::shared().path() / (name + ".pid"))) {
        broker->signal(number);
    }
}

}  // namespace

TestKafka::TestKafka() {
    if (auto const* given = std::getenv("FRONTROW_TEST_KAFKA")) {
        bootstrap_servers_ = given;
        return;
    }
    auto broker = local::KafkaBroker{test_broker("kafka")};
    broker.start();
    bootstrap_servers_ = broker.bootstrap_servers();
}

TestKafka& kafka() {
    static auto broker = TestKafka{};
    return broker;
}

std::string topic_prefix() {
    return topics_of_this_test().prefix();
}

PrivateKafka::PrivateKafka() {
    static auto counter = std::atomic<int>{0};
    name_ = fmt::format("private-kafka-{}", ++counter);
    broker_ = std::make_unique<local::KafkaBroker>(test_broker(name_));
    start();
}

PrivateKafka::~PrivateKafka() {
    thaw();
    kill();
    std::filesystem::remove_all(TestFolder::shared().path() / name_);
}

std::string PrivateKafka::bootstrap_servers() const {
    return broker_->bootstrap_servers();
}
void PrivateKafka::start() {
    broker_->start();
}
void PrivateKafka::stop() {
    broker_->stop();
}
void PrivateKafka::freeze() {
    signal_broker(name_, SIGSTOP);
}
void PrivateKafka::thaw() {
    signal_broker(name_, SIGCONT);
}

void PrivateKafka::kill() {
    if (auto broker = local::Process::find(TestFolder::shared().path() / (name_ + ".pid"))) {
        broker->stop(SIGKILL, std::chrono::seconds{10});
    }
}

}  // namespace frontrow::support
