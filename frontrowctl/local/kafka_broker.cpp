// Apache Kafka as one KRaft node on loopback, from the jars that Maven resolved.
#include "frontrowctl/local/kafka_broker.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>
#include <thread>

#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/secrets.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto patience = 90s;

struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};

/// A client of a broker that may not be there yet: it is silent, and asks until it answers.
class Probe {
  public:
    explicit Probe(std::string const& servers) {
        auto* settings = rd_kafka_conf_new();
        auto const set = [settings](char const* name, std::string const& value) {
            rd_kafka_conf_set(settings, name, value.c_str(), nullptr, 0);
        };
        set("bootstrap.servers", servers);
        set("reconnect.backoff.ms", "20");
        set("reconnect.backoff.max.ms", "100");
        rd_kafka_conf_set_log_cb(settings, nullptr);
        rd_kafka_conf_set_error_cb(settings, [](rd_kafka_t*, int, char const*, void*) {});
        client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, settings, nullptr, 0));
    }

    [[nodiscard]] bool answers() const {
        rd_kafka_metadata_t const* metadata = nullptr;
        auto const error = rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, 500);
        auto const known = error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->broker_cnt > 0;
        if (metadata != nullptr) {
            rd_kafka_metadata_destroy(metadata);
        }
        return known;
    }

  private:
    std::unique_ptr<rd_kafka_t, Destroy> client_;
};

/// A cluster id: 16 octets in base64url, not starting like an option of a command.
std::string random_cluster_id() {
    auto id = random_text(16);
    while (id.starts_with('-')) {
        id = random_text(16);
    }
    return id;
}

}  // namespace

std::string KafkaBroker::bootstrap_servers() const {
    return fmt::format("127.0.0.1:{}", options_.port);
}

std::string KafkaBroker::settings(fs::path const& data) const {
    // The last lines make consumer groups form at once; a cluster of many consumers would wait.
    return fmt::format(R"(process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{0},CONTROLLER://127.0.0.1:{1}
advertised.listeners=PLAINTEXT://127.0.0.1:{0}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{1}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={2}
auto.create.topics.enable=false
num.partitions=12
min.insync.replicas=1
offsets.topic.num.partitions=12
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
)",
                       options_.port, options_.controller_port, data.string());
}

Program KafkaBroker::java(std::string const& main_class) const {
    auto const temporary = (options_.folder / "tmp").string();
    return {
        .name = "kafka",
        .arguments = {"/usr/bin/java", fmt::format("-Xmx{}m", options_.heap_mb), "-Xms128m",
                      "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.awt.headless=true",
                      "-Djava.io.tmpdir=" + temporary,
                      "-Dlog4j2.configurationFile=" + options_.logging.string(), "-cp",
                      options_.jars.string() + "/*", main_class},
        .log_file = options_.log_file,
    };
}

Program KafkaBroker::program() const {
    auto broker = java("kafka.Kafka");
    broker.arguments.push_back((options_.folder / "server.properties").string());
    broker.pid_file = options_.pid_file;
    broker.death_signal = options_.death_signal;
    return broker;
}

void KafkaBroker::format() const {
    auto const data = options_.folder / "data";
    remove_unfinished(data);
    auto const temporary = unfinished(data);
    auto const temporary_settings = options_.folder / "format.properties";
    write_file(temporary_settings, settings(temporary));
    auto tool = java("kafka.tools.StorageTool");
    tool.arguments.insert(tool.arguments.begin() + 1, "-XX:TieredStopAtLevel=1");
    for (auto const& argument : {std::string{"format"}, std::string{"-t"}, random_cluster_id(),
                                 std::string{"-c"}, temporary_settings.string()}) {
        tool.arguments.push_back(argument);
    }
    auto const status = run(tool);
    fs::remove(temporary_settings);
    if (status != 0) {
        throw StepFailed{"kafka", fmt::format("formatting ended with status {}", status),
                         options_.log_file, "mend what the log names, then run it again"};
    }
    fs::rename(temporary, data);
}

void KafkaBroker::wait_until_ready(Process& broker) const {
    auto const probe = Probe{bootstrap_servers()};
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!probe.answers() || !broker.is_running()) {
        check_interrupted();
        if (!broker.is_running() || std::chrono::steady_clock::now() >= deadline) {
            broker.stop(SIGKILL, 5s);
            throw StepFailed{"kafka", "the broker did not become ready", options_.log_file,
                             "mend what the log names, then run it again"};
        }
        std::this_thread::sleep_for(10ms);
    }
}

bool KafkaBroker::start() {
    auto const wanted = program();
    if (auto running = Process::find(options_.pid_file)) {
        if (running->runs(wanted)) {
            wait_until_ready(*running);
            return false;
        }
        running->stop(SIGTERM, 30s);
    }
    if (!fs::exists(options_.jars)) {
        throw StepFailed{"kafka",
                         "there are no jars in " + options_.jars.string(),
                         {},
                         "./dev build (it lets Maven resolve docker/kafka/pom.xml)"};
    }
    fs::create_directories(options_.folder / "tmp");
    if (!fs::exists(options_.folder / "data")) {
        format();
    }
    write_file(options_.folder / "server.properties", settings(options_.folder / "data"));
    auto broker = Process::start(wanted);
    wait_until_ready(broker);
    return true;
}

void KafkaBroker::stop() {
    if (auto running = Process::find(options_.pid_file)) {
        running->stop(SIGTERM, 30s);
    }
    fs::remove(options_.pid_file);
}

bool KafkaBroker::answers() const {
    return Probe{bootstrap_servers()}.answers();
}

bool KafkaBroker::is_running() const {
    return Process::find(options_.pid_file).has_value();
}

}  // namespace frontrow::local
