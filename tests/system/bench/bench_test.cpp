// Every measurement at a hundredth of its size: whether both sides do the same and do it rightly.
// How fast that was is for `./dev bench` to judge.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "common/json/value.hpp"
#include "frontrowctl/local/process.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::bench_test {
namespace {

using support::TestFolder;
using ::testing::ElementsAre;

struct Ran {
    int exit_code{0};
    std::string said;
    std::map<std::string, double> values;  ///< by figure
    std::vector<std::string> names() const {
        auto all = std::vector<std::string>{};
        for (auto const& [name, value] : values) {
            all.push_back(name);
        }
        return all;
    }
};

/// The bench refuses to print a ratio, and fails, if the sides wrote different rows, if too much
/// was refused, or if the audit is not clean.
Ran run(std::string const& measurement) {
    auto const file = TestFolder::shared().path() / ("bench-" + measurement + ".log");
    auto const program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "bench";
    auto ran = Ran{};
    ran.exit_code = local::run(
        {.name = "bench",
         .arguments = {program.string(), measurement, "--json", "--scale", "0.01", "--rounds", "2"},
         .environment = {{"FRONTROW_TEST_POSTGRES", support::postgres().superuser_url()},
                         {"FRONTROW_TEST_KAFKA", support::kafka().bootstrap_servers()}},
         .log_file = file});
    auto lines = std::ifstream{file};
    auto line = std::string{};
    while (std::getline(lines, line)) {
        ran.said += line + "\n";
        if (auto const figure = json::parse(line); line.starts_with('{') && figure) {
            auto const number = line.find(R"("value":)");
            ran.values[*figure->find("name")->string()] = std::stod(line.substr(number + 8));
        }
    }
    return ran;
}

void expect_figures(Ran const& ran) {
    EXPECT_EQ(ran.exit_code, 0) << ran.said;
    for (auto const& [name, value] : ran.values) {
        EXPECT_GT(value, 0) << name;
    }
}

TEST(Bench, CountsTheSameRowsOfReservationsOnBothSides) {
    auto const ran = run("reservations");
    expect_figures(ran);
    EXPECT_THAT(ran.names(),
                ElementsAre("reservations_over_best_clients", "reservations_over_one_client"));
}

TEST(Bench, CountsTheSameRowsOfPurchasesOnBothSides) {
    auto const ran = run("purchases");
    expect_figures(ran);
    EXPECT_THAT(ran.names(), ElementsAre("purchases_over_series", "purchases_over_shorter_series"));
}

TEST(Bench, FindsEachRowOfABacklogOnceInTheTopicOfEitherSide) {
    auto const ran = run("relay");
    expect_figures(ran);
    EXPECT_THAT(ran.names(), ElementsAre("relay_over_bare_loop"));
}

TEST(Bench, SeesPaymentsConfirmedWithinTheWait) {
    auto const ran = run("waiting");
    expect_figures(ran);
    EXPECT_THAT(ran.names(), ElementsAre("payment_wait_over_parts"));
}

TEST(Bench, WeighsEveryProgramAfterPurchases) {
    auto const ran = run("footprint");
    expect_figures(ran);
    EXPECT_EQ(ran.values.size(), 10U) << ran.said;
}

TEST(Bench, ReservesInBatchesOfEverySize) {
    auto const ran = run("batches");
    expect_figures(ran);
    EXPECT_EQ(ran.values.size(), 3U) << ran.said;
}

TEST(Bench, ReservesBesideManySeatsAndOldReservations) {
    auto const ran = run("growth");
    expect_figures(ran);
    EXPECT_EQ(ran.values.size(), 2U) << ran.said;
}

}  // namespace
}  // namespace frontrow::bench_test
