// The registry's text, as a scraper reads it.
#include "common/metrics/metrics.hpp"

#include <thread>

#include "tests/support/testing.hpp"

namespace frontrow::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registry, WritesCountersGaugesAndHistogramsInThePrometheusFormat) {
    auto registry = Registry{};
    registry.counter("frontrow_events_total", "Events.", {{"topic", "booking"}}).add(3);
    registry.gauge("frontrow_queue_length", "Waiting.").set(7);
    registry.histogram("frontrow_wait_seconds", "Wait.", {}, {0.5, 1}).observe(0.7);
    auto const text = registry.text();
    EXPECT_THAT(text, HasSubstr("# HELP frontrow_events_total Events.\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE frontrow_events_total counter\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_events_total{topic=\"booking\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_queue_length 7\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_wait_seconds_bucket{le=\"0.5\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_wait_seconds_bucket{le=\"1\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_wait_seconds_bucket{le=\"+Inf\"} 1\n"));
}

TEST(Registry, HasBucketsFromATenthOfAMillisecondToTenSecondsByDefault) {
    auto registry = Registry{};
    registry.histogram("frontrow_http_seconds", "Time.").observe(0.00005);
    auto const text = registry.text();
    EXPECT_THAT(text, HasSubstr("frontrow_http_seconds_bucket{le=\"0.0001\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_http_seconds_bucket{le=\"10\"} 1\n"));
}

TEST(Registry, GivesTheSameInstrumentForTheSameNameAndLabels) {
    auto registry = Registry{};
    registry.counter("frontrow_requests_total", "Requests.", {{"code", "200"}}).add();
    registry.counter("frontrow_requests_total", "Requests.", {{"code", "200"}}).add();
    registry.counter("frontrow_requests_total", "Requests.", {{"code", "503"}}).add();
    auto const text = registry.text();
    EXPECT_THAT(text, HasSubstr("frontrow_requests_total{code=\"200\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("frontrow_requests_total{code=\"503\"} 1\n"));
}

TEST(Registry, RefreshesWhatIsReadAtEachScrape) {
    auto registry = Registry{};
    auto length = 1.0;
    registry.on_scrape([&] { registry.gauge("frontrow_length", "Length.").set(length); });
    EXPECT_THAT(registry.text(), HasSubstr("frontrow_length 1\n"));
    length = 2;
    EXPECT_THAT(registry.text(), HasSubstr("frontrow_length 2\n"));
}

TEST(Registry, EscapesLabelsSoThatNoneCanBreakTheLine) {
    auto registry = Registry{};
    registry.gauge("frontrow_x", "X.", {{"reason", "a\"b\nc\\d"}}).set(1);
    EXPECT_THAT(registry.text(), HasSubstr("frontrow_x{reason=\"a\\\"b\\nc\\\\d\"} 1\n"));
}

TEST(Registry, LosesNoCountOfRacingThreads) {
    auto registry = Registry{};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 8; ++i) {
            threads.emplace_back([&registry] {
                for (auto j = 0; j < 1'000; ++j) {
                    registry.counter("frontrow_raced_total", "Raced.").add();
                }
            });
        }
    }
    EXPECT_THAT(registry.text(), HasSubstr("frontrow_raced_total 8000\n"));
}

}  // namespace
}  // namespace frontrow::metrics
