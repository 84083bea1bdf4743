// The shared options.
#include "frontrowctl/commands/options.hpp"

namespace frontrow::commands {

void OutputOption::add_to(CLI::App& command) {
    command.add_option("-o,--output", name, "table, json or jsonl")
        ->check(CLI::IsMember({"table", "json", "jsonl"}))
        ->capture_default_str();
}

terminal::Format OutputOption::format() const {
    return terminal::format_from(name).value_or(terminal::Format::table);
}

void KafkaOption::add_to(CLI::App& command) {
    command.add_option("--bootstrap-servers", bootstrap_servers, "host:port,...")
        ->envname("KAFKA_BOOTSTRAP_SERVERS")
        ->required();
    command.add_option("--kafka-property", properties,
                       "a further setting of librdkafka, name=value; may be repeated");
    command.add_option("--prefix", prefix, "what stands before each topic's name");
}

kafka::ClientOptions KafkaOption::client() const {
    auto options = kafka::ClientOptions{
        .bootstrap_servers = bootstrap_servers, .client_id = "frontrowctl", .properties = {}};
    for (auto const& property : properties) {
        auto const equals = property.find('=');
        if (equals == std::string::npos) {
            throw terminal::CommandFailed{terminal::ExitCode::usage,
                                          "--kafka-property is name=value, not " + property};
        }
        options.properties[property.substr(0, equals)] = property.substr(equals + 1);
    }
    return options;
}

void guarded(std::function<void()> const& command) {
    try {
        command();
    } catch (terminal::CommandFailed const& failure) {
        terminal::talk("frontrowctl: " + std::string{failure.what()});
        throw CLI::RuntimeError(static_cast<int>(failure.code()));
    } catch (CLI::Error const&) {
        throw;
    } catch (std::exception const& fault) {
        terminal::talk("frontrowctl: " + terminal::clean(fault.what()));
        throw CLI::RuntimeError(static_cast<int>(terminal::ExitCode::error));
    }
}

}  // namespace frontrow::commands
