// Starts counted against ends, as the database keeps them from one process to the next.
#include "common/inbox/starts.hpp"

#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

class Starts : public ::testing::Test {
  protected:
    std::vector<Place> begin(std::vector<Place> const& firsts) {
        auto tx = pg::Transaction{connection_};
        auto again = note_starts(tx, "tests", firsts);
        tx.commit();
        return again;
    }
    std::int32_t begin_alone(Place const& place) {
        auto tx = pg::Transaction{connection_};
        auto const starts = note_start_alone(tx, "tests", place);
        tx.commit();
        return starts;
    }
    void take_back(Place const& place) {
        auto tx = pg::Transaction{connection_};
        take_back_start(tx, "tests", place);
        tx.commit();
    }

    InboxDatabase database_;
    pg::Connection connection_{database_.service()};
    Place const here_{"t", 3, 70};
    Place const further_{"t", 3, 71};
};

TEST_F(Starts, ThatWentOnAreNoReasonForSuspicion) {
    EXPECT_THAT(begin({here_}), ::testing::IsEmpty());
    EXPECT_THAT(begin({further_}), ::testing::IsEmpty());
    EXPECT_THAT(begin({here_}), ::testing::IsEmpty());  // somebody went back
}

TEST_F(Starts, AtTheSamePlaceAreSuspect) {
    auto const other = Place{"t", 4, 70};
    EXPECT_THAT(begin({here_, other}), ::testing::IsEmpty());
    EXPECT_EQ(begin({here_, {"t", 4, 80}}), std::vector{here_});
    EXPECT_EQ(begin({here_}), std::vector{here_});
    auto tx = pg::Transaction{connection_};
    EXPECT_THAT(note_starts(tx, "another group", std::vector{here_}), ::testing::IsEmpty());
}

TEST_F(Starts, AloneAreCountedFromOneProcessToTheNext) {
    std::ignore = begin({here_});
    std::ignore = begin({here_});
    EXPECT_EQ(begin_alone(here_), 1);
    EXPECT_EQ(begin({here_}), std::vector{here_});
    EXPECT_EQ(begin_alone(here_), 2);
    EXPECT_EQ(begin({here_}), std::vector{here_});
    EXPECT_EQ(begin_alone(here_), 3);
    EXPECT_EQ(begin_alone(further_), 1);  // it ended
    EXPECT_EQ(begin({further_}), std::vector{further_});
    EXPECT_EQ(begin_alone(further_), 2);
    EXPECT_THAT(begin({Place{"t", 3, 72}}), ::testing::IsEmpty());
}

TEST_F(Starts, OfAProcessThatStoppedAreTakenBack) {
    EXPECT_EQ(begin_alone(here_), 1);
    take_back(here_);
    EXPECT_EQ(begin_alone(here_), 1);
    EXPECT_EQ(begin_alone(here_), 2);
    take_back(further_);  // not what is noted
    EXPECT_EQ(begin_alone(here_), 3);
}

TEST_F(Starts, OfAThousandPartitionsAreOneStatement) {
    auto firsts = std::vector<Place>{};
    for (auto partition = 0; partition < 512; ++partition) {
        firsts.push_back({"t", partition, partition});
    }
    EXPECT_THAT(begin(firsts), ::testing::IsEmpty());
    EXPECT_THAT(begin(firsts), ::testing::UnorderedElementsAreArray(firsts));
    EXPECT_THAT(begin({}), ::testing::IsEmpty());
}

/// A head that is resolved, and one that waits behind it.
class DrainStarts : public Starts {
  protected:
    DrainStarts() {
        auto const token = TokenId::draw();
        auto const refuse_one = database_.handler([](std::int64_t number) {
            return number == 1 ? Outcome::refused("poison") : Outcome::applied();
        });
        database_.consume({record_of({token, 1}, 1), record_of({token, 2}, 2)}, refuse_one);
        database_.consume({database_.replay_of("record_offset = 1")}, database_.handler());
        options_.group = "tests";
    }
    void start() {
        auto tx = pg::Transaction{connection_};
        drain_.note_start(tx);
        tx.commit();
    }
    void run() {
        auto tx = pg::Transaction{connection_};
        drain_.run(tx);
        tx.commit();
    }
    std::string starts() {
        return database_.ask("SELECT drain_starts FROM dead_letter WHERE record_offset = 2");
    }

    ConsumerOptions options_{};
    RecordHandler handler_{database_.handler()};
    Drain drain_{options_, handler_};
};

TEST_F(DrainStarts, BeyondTheLimitMakeTheParkedEventADeadLetter) {
    for (auto death = 0; death < options_.starts_alone_max; ++death) {
        start();  // and the process dies
    }
    start();
    EXPECT_TRUE(drain_.found());
    run();
    EXPECT_EQ(database_.effects(), "1");
    EXPECT_EQ(database_.ask("SELECT state || ' ' || reason FROM dead_letter "
                            "WHERE record_offset = 2"),
              "OPEN killed_the_process");
    EXPECT_EQ(database_.ask("SELECT state FROM blocked_keys"), "blocked");
}

TEST_F(DrainStarts, WithinTheLimitDoNotKeepItFromBeingApplied) {
    for (auto start_number = 0; start_number < options_.starts_alone_max; ++start_number) {
        start();
    }
    run();
    EXPECT_EQ(database_.effects(), "1,2");
}

TEST_F(DrainStarts, AreTakenBackAtAStop) {
    start();
    EXPECT_EQ(starts(), "1");
    auto tx = pg::Transaction{connection_};
    drain_.take_back_start(tx);
    tx.commit();
    EXPECT_EQ(starts(), "0");
}

TEST_F(DrainStarts, OfAnEventThatAnotherInstanceDrainedMeanwhileHaveNoEffect) {
    start();
    database_.drain(handler_);
    run();
    EXPECT_EQ(database_.effects(), "1,2");
}

}  // namespace
}  // namespace frontrow::inbox
