// What every run of the whole system must end with.
#pragma once

#include "tests/support/load_client.hpp"
#include "tests/support/testing.hpp"
#include "tests/support/whole_stack.hpp"

namespace frontrow::whole {

using support::LoadClient;
using support::WholeStack;

/// Every invariant holds once all has settled, and none looked at nothing.
void expect_clean_audit(WholeStack& stack);

/// Every 2xx that a customer was told is still true, and no other request left a trace.
void expect_history_is_true(WholeStack& stack, LoadClient const& load);

/// A customer who holds a seat and neither pays nor lets go, so that no invariant of holds is
/// vacuous; and one whose purchase is confirmed. Seats `seat` and `seat` + 1.
void hold_and_buy(WholeStack& stack, std::string const& show, int seat);

}  // namespace frontrow::whole
