// Passes that nobody can present any more are forgotten, and no others.
#include "booking-service/use_cases/forget_passes.hpp"

#include <algorithm>

#include "booking-service/storage/old_passes.hpp"
#include "tests/storage/booking-service/database.hpp"

namespace frontrow::booking {
namespace {

class OldPasses : public testing::Test {
  protected:
    /// Of a token that was made so long ago.
    TokenId pass(std::chrono::hours age, std::string const& columns = "state",
                 std::string const& values = "'ENDED'") {
        auto seed = new_uuid().to_string();
        std::ranges::reverse(seed);  // what differs from one to the next comes first
        auto const token = TokenId{Uuid::v7_from(SystemClock{}.now() - age, seed)};
        connection_.run_script("INSERT INTO passes (token_id, " + columns + ") VALUES ('" +
                               token.to_string() + "', " + values + ")");
        return token;
    }
    bool forget() {
        auto tx = pg::Transaction{connection_};
        auto const is_there_more = use_cases::forget_passes(tx, 90 * 24h);
        tx.commit();
        return is_there_more;
    }
    std::string count() { return support::ask(connection_, "SELECT count(*) FROM passes"); }

    std::string url_ = booking_url();
    pg::Connection connection_ = support::connect(url_);
};

TEST_F(OldPasses, AreForgottenAndYoungOnesAreNot) {
    pass(91 * 24h);
    pass(91 * 24h, "state", "'USABLE'");
    pass(91 * 24h, "state, reservation_id", "'SPENT', gen_random_uuid()");
    auto const young = pass(89 * 24h);
    EXPECT_FALSE(forget());
    EXPECT_EQ(support::ask(connection_, "SELECT string_agg(token_id::text, ',') FROM passes"),
              young.to_string());
}

TEST_F(OldPasses, StayWhileALiveReservationUsesThem) {
    pass(91 * 24h, "reservation_id, held_until", "gen_random_uuid(), now() - interval '1 day'");
    EXPECT_FALSE(forget());
    EXPECT_EQ(count(), "1");
}

TEST_F(OldPasses, ThatSomebodyHasLockedAreLeftForTheNextTime) {
    auto const locked = pass(91 * 24h);
    pass(91 * 24h);
    auto other = support::connect(url_);
    auto tx = pg::Transaction{other};
    std::ignore = storage::passes::lock(tx, {locked}).get();
    EXPECT_FALSE(forget());
    EXPECT_EQ(count(), "1");
}

TEST_F(OldPasses, AreForgottenAThousandAtATime) {
    connection_.prepare(*storage::old_passes::statements()[0]);
    auto const start = SystemClock{}.now() - 100 * 24h;
    for (auto n = 0; n < 2; ++n) {
        connection_.run_script("INSERT INTO passes (token_id) SELECT (left('" +
                               Uuid::v7_from(start, std::string(16, '\0')).to_string() +
                               "', 24) || lpad(to_hex(n), 12, '0'))::uuid FROM generate_series(" +
                               std::to_string(n * 600) + ", " + std::to_string(n * 600 + 599) +
                               ") AS n");
    }
    EXPECT_TRUE(forget());
    EXPECT_EQ(count(), "200");
    EXPECT_FALSE(forget());
    EXPECT_EQ(count(), "0");
}

}  // namespace
}  // namespace frontrow::booking
