// Where everything of one clone lives. Nothing is written anywhere else.
#pragma once

#include <filesystem>
#include <string>

namespace frontrow::local {

struct Layout {
    std::filesystem::path root;      ///< the clone
    std::filesystem::path binaries;  ///< where the programs were built

    /// The clone that this program was built from, and the folder that it runs from.
    static Layout of_this_build();

    [[nodiscard]] std::filesystem::path state() const { return root / ".dev"; }
    [[nodiscard]] std::filesystem::path secrets() const { return state() / "secrets"; }
    [[nodiscard]] std::filesystem::path ports() const { return state() / "ports"; }
    [[nodiscard]] std::filesystem::path lock() const { return state() / "lock"; }
    [[nodiscard]] std::filesystem::path log(std::string const& name) const {
        return state() / "log" / (name + ".log");
    }
    [[nodiscard]] std::filesystem::path pid(std::string const& name) const {
        return state() / "run" / (name + ".pid");
    }
    /// Kafka's jars: a download, so it stays with what was built when the state is forgotten.
    [[nodiscard]] std::filesystem::path kafka_jars() const { return root / "build/kafka/jars"; }
    [[nodiscard]] std::filesystem::path kafka_logging() const {
        return root / "docker/kafka/log4j2.properties";
    }
    /// PostgreSQL's folder: `/var/tmp/frontrow-<hash of the clone's path>`.
    [[nodiscard]] std::filesystem::path postgres() const;
};

}  // namespace frontrow::local
