// What an operator does with dead letters, through the commands and a real service.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/core/bytes.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "payment-migrations.hpp"
#include "tests/support/service_under_test.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::commands {
namespace {

using ::testing::HasSubstr;

class Dlq : public ::testing::Test {
  protected:
    struct Ran {
        int exit_code{0};
        std::string out;
    };
    Ran ctl(std::vector<std::string> arguments) {
        auto const token =
            service_.token({{"boss"}, true}, SystemClock{}.now(), std::chrono::hours{1});
        for (auto const& more : {std::string{"--url"}, service_.url(), std::string{"--ops-token"},
                                 token, std::string{"--service"}, std::string{"payment"}}) {
            arguments.push_back(more);
        }
        arguments.insert(arguments.begin(), "dlq");
        std::ranges::reverse(arguments);  // as CLI11 takes them
        auto program = CLI::App{"frontrowctl"};
        add_dlq(program);
        auto ran = Ran{};
        testing::internal::CaptureStdout();
        try {
            program.parse(std::move(arguments));
        } catch (CLI::RuntimeError const& ended) {
            ran.exit_code = ended.get_exit_code();
        } catch (CLI::ParseError const& wrong) {
            ran.exit_code = 2;
        }
        ran.out = testing::internal::GetCapturedStdout();
        return ran;
    }
    /// A dead letter of that type whose payload cannot be read; its id.
    std::string dead_letter(std::string const& type) {
        service_.produce(kafka::Record{.topic = "booking.reservation.v1",
                                       .key = "of " + type,
                                       .value = payload_,
                                       .headers = {{"ce_type", type}}});
        auto const id =
            "SELECT coalesce((SELECT id::text FROM dead_letter WHERE type = '" + type + "'), '')";
        EXPECT_TRUE(support::eventually([&] { return !service_.ask(id).empty(); }));
        return service_.ask(id);
    }

    std::string const payload_{"{\"a\": \"\x1b[2J\xff\xfe\0\"", 15};
    support::ServiceUnderTest service_{{.name = "payment",
                                        .migrations = payment_migrations(),
                                        .topics = {"booking.reservation.v1"}}};
};

TEST_F(Dlq, DiscardsWithAReasonAndLetsThoseBehindGoOn) {
    auto const id = dead_letter("frontrow.booking.reservation.payment_requested.v1");
    EXPECT_EQ(ctl({"discard", id}).exit_code, 2) << "without a reason";
    EXPECT_EQ(service_.ask("SELECT state FROM dead_letter"), "OPEN");
    auto const done = ctl({"discard", id, "--reason", "was a test of their own"});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.out, HasSubstr("DISCARDED"));
    EXPECT_EQ(service_.ask("SELECT state || ', ' || changed_by || ', ' || note FROM dead_letter"),
              "DISCARDED, boss, was a test of their own");
    EXPECT_EQ(service_.ask("SELECT outcome FROM inbox"), "discarded");
    auto const again = ctl({"discard", id, "--reason", "once more"});
    EXPECT_EQ(again.exit_code, 5);
    EXPECT_THAT(again.out, HasSubstr("dead-letter-resolved"));
    EXPECT_EQ(ctl({"discard", new_uuid().to_string(), "--reason", "x"}).exit_code, 3);
}

TEST_F(Dlq, RefusesToDiscardWhatMoneyDependsOn) {
    for (auto const* what : {"confirmed", "expired", "cancelled", "partly_cancelled"}) {
        auto const id = dead_letter("frontrow.booking.reservation." + std::string{what} + ".v1");
        auto const refused = ctl({"discard", id, "--reason", "because"});
        EXPECT_EQ(refused.exit_code, 5) << what;
        EXPECT_THAT(refused.out, HasSubstr("dead-letter-must-be-replayed"));
    }
    EXPECT_EQ(service_.ask("SELECT count(*) FROM dead_letter WHERE state = 'DISCARDED'"), "0");
}

TEST_F(Dlq, ShowsAPayloadThatIsNoTextWithoutLettingItSteerTheTerminal) {
    auto const id = dead_letter("frontrow.booking.reservation.payment_requested.v1");
    auto const table = ctl({"show", id});
    EXPECT_EQ(table.exit_code, 0);
    EXPECT_EQ(table.out.find('\x1b'), std::string::npos);
    EXPECT_EQ(table.out.find('\xff'), std::string::npos);
    EXPECT_THAT(table.out, HasSubstr(to_base64url(payload_)));
    auto const as_json = ctl({"show", id, "-o", "json"});
    EXPECT_THAT(as_json.out,
                HasSubstr("\"value\":null,\"valueBase64url\":\"" + to_base64url(payload_) + "\""));
    EXPECT_THAT(as_json.out, HasSubstr("\"key\":\"of frontrow."));
}

}  // namespace
}  // namespace frontrow::commands
