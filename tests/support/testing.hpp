// What every test includes: GoogleTest and GoogleMock, with each assertion that is made counted.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontrow::support {

/// Notes that the running test asserted something; the assertion macros call it. Call it yourself
/// only where a framework without macros of ours decides, as rapidcheck does. Always false, so that
/// it fits in a condition.
bool count_assertion() noexcept;
/// How many there were in this process.
long assertions_made() noexcept;

}  // namespace frontrow::support

// A test that asserts nothing passes whatever the code does, so the listener in testing_main.cpp
// fails it. To know, every macro that compares counts itself first. The switch keeps `if (x)
// EXPECT_EQ(...); else ...` unambiguous.
#define FRONTROW_COUNTED_                             \
    switch (0)                                        \
    case 0:                                           \
    default:                                          \
        if (::frontrow::support::count_assertion()) { \
        } else

#undef GTEST_ASSERT_
#define GTEST_ASSERT_(expression, on_failure)                                          \
    FRONTROW_COUNTED_ if (::testing::AssertionResult const gtest_ar = (expression)) {} \
    else on_failure(gtest_ar.failure_message())

#undef GTEST_TEST_BOOLEAN_
#define GTEST_TEST_BOOLEAN_(expression, text, actual, expected, fail)                            \
    FRONTROW_COUNTED_ if (::testing::AssertionResult const gtest_ar_ =                           \
                              ::testing::AssertionResult(expression)) {}                         \
    else fail(                                                                                   \
        ::testing::internal::GetBoolAssertionFailureMessage(gtest_ar_, text, #actual, #expected) \
            .c_str())

#undef EXPECT_THROW
#define EXPECT_THROW(statement, exception) \
    FRONTROW_COUNTED_ GTEST_TEST_THROW_(statement, exception, GTEST_NONFATAL_FAILURE_)
#undef ASSERT_THROW
#define ASSERT_THROW(statement, exception) \
    FRONTROW_COUNTED_ GTEST_TEST_THROW_(statement, exception, GTEST_FATAL_FAILURE_)
#undef EXPECT_NO_THROW
#define EXPECT_NO_THROW(statement) \
    FRONTROW_COUNTED_ GTEST_TEST_NO_THROW_(statement, GTEST_NONFATAL_FAILURE_)
#undef ASSERT_NO_THROW
#define ASSERT_NO_THROW(statement) \
    FRONTROW_COUNTED_ GTEST_TEST_NO_THROW_(statement, GTEST_FATAL_FAILURE_)
#undef EXPECT_ANY_THROW
#define EXPECT_ANY_THROW(statement) \
    FRONTROW_COUNTED_ GTEST_TEST_ANY_THROW_(statement, GTEST_NONFATAL_FAILURE_)
#undef ASSERT_ANY_THROW
#define ASSERT_ANY_THROW(statement) \
    FRONTROW_COUNTED_ GTEST_TEST_ANY_THROW_(statement, GTEST_FATAL_FAILURE_)
#undef EXPECT_EXIT
#define EXPECT_EXIT(statement, predicate, matcher) \
    FRONTROW_COUNTED_ GTEST_DEATH_TEST_(statement, predicate, matcher, GTEST_NONFATAL_FAILURE_)
#undef ASSERT_EXIT
#define ASSERT_EXIT(statement, predicate, matcher) \
    FRONTROW_COUNTED_ GTEST_DEATH_TEST_(statement, predicate, matcher, GTEST_FATAL_FAILURE_)
