// Cases that a runner must not take for passed, each chosen by a filter in the test of tests/run.
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tests/support/testing.hpp"

TEST(Planted, Passes) {
    EXPECT_EQ(1 + 1, 2);
}
TEST(Planted, Fails) {
    EXPECT_EQ(1 + 1, 3);
}
TEST(Planted, Skips) {
    GTEST_SKIP();
}
TEST(Planted, AssertsNothing) {
    SUCCEED();
}
TEST(Planted, Crashes) {
    std::abort();
}
TEST(Planted, EndsTheProcess) {
    std::_Exit(0);
}
TEST(Planted, Hangs) {
    std::this_thread::sleep_for(std::chrono::minutes{5});
    EXPECT_EQ(1 + 1, 2);
}
