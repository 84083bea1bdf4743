// A program that cannot start says why, and ends with 1: it never crashes on its way out.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/auth/jwt.hpp"
#include "common/hint/hint.hpp"
#include "common/http/server.hpp"
#include "frontrowctl/local/ports.hpp"
#include "frontrowctl/local/process.hpp"
#include "frontrowctl/local/services.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::service {
namespace {

/// Neither database nor Kafka is there: a start needs none, and threads are busy with looking.
class FailedStart : public ::testing::TestWithParam<std::pair<char const*, char const*>> {
  protected:
    FailedStart() {
        std::filesystem::create_directories(folder_);
        auto const jwk = auth::new_private_jwk("test");
        write("key.json", jwk);
        write("jwks.json", auth::Signer::from_jwk(jwk).public_jwks());
    }
    void write(std::string const& name, std::string const& text) const {
        std::ofstream{folder_ / name} << text;
    }
    static bool is_for_hints() { return std::string_view{GetParam().second} == "HINT__PORT"; }
    std::uint16_t taken_port() const {
        return is_for_hints() ? taken_for_hints_.port() : taken_.port();
    }
    /// What the program's end was, and what it logged.
    std::pair<int, std::string> run_with_taken_port() {
        auto const [name, port] = GetParam();
        auto const names = local::all_services();
        auto const service = std::ranges::find(names, name, &local::ServiceName::name);
        auto const free = [] {
            return std::to_string(local::free_port());
        };
        auto settings = std::map<std::string, std::string>{
            {"ADMIN__PORT", free()}, {"HINT__PORT", free()}, {"LOG__FORMAT", "text"}};
        auto const nowhere = "postgresql://nobody@127.0.0.1:9/nothing";
        if (service->name == "relay") {
            settings["BOOKING__URL"] = nowhere;
        } else {
            settings.insert({{"HTTP__PORT", free()},
                             {"DATABASE__URL", nowhere},
                             {"AUTH__JWKS_FILE", folder_ / "jwks.json"},
                             {"AUTH__ISSUER", "https://frontrow.test"},
                             {"AUTH__AUDIENCE", "frontrow-test"}});
        }
        if (service->name == "booking") {
            settings["PASS__JWKS_FILE"] = folder_ / "jwks.json";
        } else if (service->name == "queue") {
            settings["PASS__KEY_FILE"] = folder_ / "key.json";
        }
        settings["KAFKA__BOOTSTRAP_SERVERS"] = "127.0.0.1:9";
        settings[port] = std::to_string(taken_port());
        auto environment = std::map<std::string, std::string>{};
        for (auto const& [setting, value] : settings) {
            environment[service->prefix + setting] = value;
        }
        auto const log = folder_ / (service->program + port + ".log");
        auto const status = local::run(
            {.name = service->program,
             .arguments = {(std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                            service->program)
                               .string()},
             .environment = environment,
             .log_file = log,
             .death_signal = SIGKILL});
        auto text = std::ostringstream{};
        text << std::ifstream{log}.rdbuf();
        return {status, text.str()};
    }

    std::filesystem::path folder_ = support::TestFolder::shared().path() / "failed-start";
    http::Server taken_{{}, {}, {}};
    hint::Listener taken_for_hints_{"127.0.0.1", 0, [](auto const&) {
                                    }};
};

constexpr auto cases =
    std::to_array<std::pair<char const*, char const*>>({{"booking", "ADMIN__PORT"},
                                                        {"booking", "HTTP__PORT"},
                                                        {"payment", "ADMIN__PORT"},
                                                        {"payment", "HTTP__PORT"},
                                                        {"queue", "ADMIN__PORT"},
                                                        {"queue", "HTTP__PORT"},
                                                        {"dataplatform", "ADMIN__PORT"},
                                                        {"dataplatform", "HTTP__PORT"},
                                                        {"relay", "ADMIN__PORT"},
                                                        {"booking", "HINT__PORT"},
                                                        {"relay", "HINT__PORT"}});
INSTANTIATE_TEST_SUITE_P(Programs, FailedStart, ::testing::ValuesIn(cases));

TEST_P(FailedStart, BecauseAPortIsTakenEndsWithOneAndAPlainMessage) {
    auto const [status, log] = run_with_taken_port();
    EXPECT_EQ(status, 1) << log;
    auto const what =
        std::string{is_for_hints() ? "cannot listen for hints at" : "cannot listen at"};
    EXPECT_THAT(log, ::testing::HasSubstr(what + " 127.0.0.1:" + std::to_string(taken_port())));
}

}  // namespace
}  // namespace frontrow::service
