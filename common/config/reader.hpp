// Configuration: flag > environment > TOML file > default; every error at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::config {

/// A value that must not be shown: prints as `***`.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_{std::move(value)} {}
    [[nodiscard]] std::string const& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }

  private:
    std::string value_;
};

/// What the process was started with; `from_process` is the only reader of the environment.
struct Sources {
    std::string program;                 ///< "booking-service"
    std::string environment_prefix;      ///< "FRONTROW_BOOKING__"
    std::vector<std::string> arguments;  ///< without argv[0]
    std::map<std::string, std::string> environment;
    static Sources from_process(std::string program, std::string environment_prefix, int argc,
                                char const* const* argv);
};

/// One value's row of the table: name, default, constraint and sentence. Key "http.port" is flag
/// `--http-port`, environment `<PREFIX>HTTP__PORT` (a secret or any text also `..._FILE`), TOML
/// `[http] port`. Each call declares the row and answers the value (the default if it was bad).
class Reader {
  public:
    explicit Reader(Sources sources);
    ~Reader();

    std::string text(std::string_view key, std::string_view fallback, std::string_view meaning);
    /// Must be one of `allowed`.
    std::string choice(std::string_view key, std::string_view fallback,
                       std::vector<std::string> const& allowed, std::string_view meaning);
    /// Not empty.
    std::string required_text(std::string_view key, std::string_view meaning);
    Secret required_secret(std::string_view key, std::string_view meaning);
    Secret secret(std::string_view key, std::string_view meaning);
    std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                         std::int64_t greatest, std::string_view meaning);
    std::uint16_t port(std::string_view key, std::uint16_t fallback, std::string_view meaning);
    bool boolean(std::string_view key, bool fallback, std::string_view meaning);
    /// Spelled "250ms", "30s", "5m", "24h", "14d".
    std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                       std::chrono::milliseconds least,
                                       std::chrono::milliseconds greatest,
                                       std::string_view meaning);
    /// Comma-separated in flag and environment, an array in TOML.
    std::vector<std::string> list(std::string_view key, std::string_view meaning);
    /// `refusal_of` says what is wrong with an item: "" if nothing is.
    std::vector<std::string> list(std::string_view key, std::string_view meaning,
                                  std::function<std::string(std::string const&)> const& refusal_of);

    /// After the last row: unknown flags, environment names of our prefix and TOML keys are errors
    /// too. `--help`, `--check-config` and `--print-config` (secrets hidden) are answered on stdout
    /// and errors on stderr, all of them, with name, value and what is allowed. Returns the exit
    /// code (0, or 2 for errors) if the program shall end now.
    [[nodiscard]] std::optional<int> finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::config
