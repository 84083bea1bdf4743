// Who is to blame for a SQLSTATE.
#include "common/pg/error.hpp"

#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

TEST(KindOfFault, BlamesAnItemOnlyForDataAndConstraints) {
    for (auto const* sqlstate : {"22001", "22021", "22P03", "23505", "23503", "23514", "23P01"}) {
        EXPECT_EQ(kind_of(sqlstate), FaultKind::item) << sqlstate;
    }
}

TEST(KindOfFault, BlamesNobodyForAPartitionThatIsMissing) {
    EXPECT_EQ(kind_of("23514", ""), FaultKind::outage);
    EXPECT_EQ(kind_of("23514", "price_is_positive"), FaultKind::item);
    EXPECT_EQ(kind_of("23502", ""), FaultKind::item);
}

TEST(KindOfFault, BlamesNobodyForAClaimThatSomebodyElseMadeFirst) {
    EXPECT_EQ(kind_of("23505", "idempotency_keys_claim"), FaultKind::transient);
    EXPECT_EQ(kind_of("23505", "claim_of_seats"), FaultKind::item);
    EXPECT_EQ(kind_of("23514", "idempotency_keys_claim"), FaultKind::item);
}

TEST(KindOfFault, TriesAgainWhatPassesByItself) {
    for (auto const* sqlstate : {"08006", "40001", "40P01", "53300", "57014", "57P01", "57P03",
                                 "58030", "55P03", "25P03", ""}) {
        EXPECT_EQ(kind_of(sqlstate), FaultKind::transient) << sqlstate;
    }
}

TEST(KindOfFault, CallsEverythingElseAnOutageOfOurs) {
    for (auto const* sqlstate : {"42P01", "42501", "28P01", "3D000", "25006", "25P02", "55006",
                                 "0A000", "XX000", "P0001"}) {
        EXPECT_EQ(kind_of(sqlstate), FaultKind::outage) << sqlstate;
    }
}

}  // namespace
}  // namespace frontrow::pg
