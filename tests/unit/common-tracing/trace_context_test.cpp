// The rules of https://www.w3.org/TR/trace-context/ for `traceparent`, one by one.
#include "common/tracing/trace_context.hpp"

#include <set>
#include <thread>
#include <vector>

#include "tests/support/testing.hpp"

namespace frontrow {
namespace {

constexpr auto example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsAndWritesTheExampleOfTheStandard) {
    auto const context = TraceContext::parse(example, "congo=t61rcWkgMzE");
    ASSERT_TRUE(context);
    EXPECT_EQ(context->trace_id_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(context->span_id_hex(), "00f067aa0ba902b7");
    EXPECT_TRUE(context->sampled);
    EXPECT_EQ(context->state, "congo=t61rcWkgMzE");
    EXPECT_EQ(context->traceparent(), example);
}

TEST(TraceContext, ReadsOnlyTheSampledFlag) {
    auto const prefix = std::string{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"};
    EXPECT_EQ(TraceContext::parse(prefix + "00")->traceparent(), prefix + "00");
    EXPECT_EQ(TraceContext::parse(prefix + "ff")->traceparent(), prefix + "01");
    EXPECT_EQ(TraceContext::parse(prefix + "fe")->traceparent(), prefix + "00");
}

TEST(TraceContext, ReadsAHigherVersionAsFarAs00Goes) {
    auto const ids = std::string{"-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
    EXPECT_EQ(TraceContext::parse("cc" + ids)->traceparent(), example);
    EXPECT_EQ(TraceContext::parse("cc" + ids + "-what-comes-later")->traceparent(), example);
    EXPECT_FALSE(TraceContext::parse("cc" + ids + ".what"));
    EXPECT_FALSE(TraceContext::parse("ff" + ids));
}

TEST(TraceContext, RefusesWhatTheStandardForbids) {
    for (auto const* text : {
             "",
             "00",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
             "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
             " 0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         }) {
        EXPECT_FALSE(TraceContext::parse(text)) << text;
    }
}

TEST(TraceContext, DropsAStateThatIsTooLongOrNotPrintable) {
    EXPECT_EQ(TraceContext::parse(example, std::string(512, 'a'))->state, std::string(512, 'a'));
    EXPECT_EQ(TraceContext::parse(example, std::string(513, 'a'))->state, "");
    EXPECT_EQ(TraceContext::parse(example, "a=b\r\nx: y")->state, "");
}

TEST(TraceContext, GivesAChildTheSameTraceAndASpanOfItsOwn) {
    auto const parent = *TraceContext::parse(example, "congo=1");
    auto const child = parent.child();
    EXPECT_EQ(child.trace_id, parent.trace_id);
    EXPECT_NE(child.span_id, parent.span_id);
    EXPECT_EQ(child.state, "congo=1");
    EXPECT_TRUE(TraceContext::parse(child.traceparent()));
}

TEST(TraceContext, StartsADifferentTraceEachTimeOnEachThread) {
    auto drawn = std::vector<std::vector<std::string>>(4);
    {
        auto threads = std::vector<std::jthread>{};
        for (auto& mine : drawn) {
            threads.emplace_back([&mine] {
                for (auto i = 0; i < 1'000; ++i) {
                    mine.push_back(TraceContext::start().traceparent());
                }
            });
        }
    }
    auto all = std::set<std::string>{};
    for (auto const& mine : drawn) {
        for (auto const& traceparent : mine) {
            ASSERT_TRUE(TraceContext::parse(traceparent)) << traceparent;
            all.insert(traceparent);
        }
    }
    EXPECT_EQ(all.size(), 4'000U);
}

}  // namespace
}  // namespace frontrow
