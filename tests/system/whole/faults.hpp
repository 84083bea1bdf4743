// What every fault in the middle of running purchases has in common: it bites, and it heals.
#pragma once

#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {

constexpr auto purchases = 200;
constexpr auto confirmed_min = 190;
constexpr auto unfinished_min = 20;
constexpr auto recovery_limit = std::chrono::seconds{60};

/// Two hundred purchases, of which forty stay under way until they shall hurry, one more beginning
/// every `pace`.
[[nodiscard]] LoadClient::Options two_hundred(std::string const& show,
                                              std::chrono::milliseconds pace);

/// In the middle: some are done, and at least twenty are under way.
[[nodiscard]] ::testing::AssertionResult is_in_the_middle(LoadClient const& load);

/// Whether a fault that strikes now bites: at least twenty purchases are under way.
[[nodiscard]] ::testing::AssertionResult bites(LoadClient const& load);

/// All is healed. Waits for the purchases: nearly all are confirmed in time, and the others have
/// ended in a way that their customers can understand.
void expect_recovery(LoadClient& load);

/// That, and the audit is clean, and what the customers were told is true.
void expect_recovery(WholeStack& stack, LoadClient& load);

}  // namespace frontrow::whole
