// Every rule kept by every source of the project; and every rule seen to find what it is for.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <functional>
#include <regex>
#include <set>
#include <string>

#include "tests/support/testing.hpp"

namespace frontrow::tidy {
namespace {
using ::testing::IsEmpty;
using ::testing::SizeIs;

Findings everywhere(std::function<Findings(SourceFile const&)> const& rule) {
    auto all = Findings{};
    for (auto const& file : all_sources()) {
        auto const found = rule(file);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

Findings found(Findings (*rule)(SourceFile const&), std::string path, std::string text) {
    return rule(source_file(std::move(path), std::move(text)));
}

TEST(SourceTree, IsFoundAndHasAllItsParts) {
    EXPECT_GT(all_sources().size(), 100U);
    EXPECT_THAT(text_of("common/core/result.hpp"), ::testing::HasSubstr("#pragma once"));
}

TEST(SourceTree, SeesNoCodeInCommentsAndLiterals) {
    auto const file = source_file("a.cpp",
                                  "int a; // {\nauto b = \"{\"; /* { */ char c = '{';\n"
                                  "auto d = R\"sql({ \" )sql\"; int e = 1'000;");
    EXPECT_EQ(file.code.find('{'), std::string::npos);
    EXPECT_NE(file.code.find("int e"), std::string::npos);
    EXPECT_EQ(file.code.size(), file.text.size());
}

TEST(Includes, FollowTheDependencyRule) {
    EXPECT_THAT(everywhere(wrong_includes), IsEmpty());
}

TEST(Includes, AgainstTheDependencyRuleAreFound) {
    auto const line = [](std::string const& path) {
        return "#include \"" + path + "\"\n";
    };
    auto const booking = std::string{"booking-service/"};
    EXPECT_THAT(found(wrong_includes, "common/pg/a.cpp", line("booking-service/domain/seat.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, "common/core/a.hpp", line("common/pg/rows.hpp")), SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "domain/a.cpp", line("common/pg/rows.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "domain/a.cpp", line(booking + "storage/a.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "storage/a.cpp", line(booking + "http/a.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "main.cpp", line("queue-service/domain/a.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "main.cpp", line("tests/support/testing.hpp")),
                SizeIs(1));
    EXPECT_THAT(found(wrong_includes, booking + "main.cpp", line(booking + "http/a.hpp")),
                IsEmpty());
    EXPECT_THAT(found(wrong_includes, booking + "http/a.cpp", line(booking + "use_cases/a.hpp")),
                IsEmpty());
}

TEST(Coroutines, StayInHttpAndInFormsThatTheCompilerTranslatesRightly) {
    EXPECT_THAT(everywhere(wrong_coroutines), IsEmpty());
}

TEST(Coroutines, OutsideOrInMiscompiledFormsAreFound) {
    EXPECT_THAT(found(wrong_coroutines, "common/lane/a.cpp", "co_return;\n"), SizeIs(1));
    for (auto const* bad :
         {"if (co_await f()) {", "while (co_await f())", "x = a ? b : co_await f();",
          "auto x = T{co_await f()};", "co_await f(T{.a = s});", "co_await f([s] { g(s); });"}) {
        EXPECT_THAT(found(wrong_coroutines, "common/http/a.cpp", bad), SizeIs(1)) << bad;
    }
    EXPECT_THAT(found(wrong_coroutines, "common/http/a.cpp", "auto const n = co_await f(a, b);\n"),
                IsEmpty());
}

TEST(Lines, HaveAHundredCharactersAtMost) {
    EXPECT_THAT(everywhere(long_lines), IsEmpty());
}

TEST(Lines, OfAHundredAndOneCharactersAreFound) {
    EXPECT_THAT(found(long_lines, "a.cpp", std::string(100, 'x') + '\n'), IsEmpty());
    EXPECT_THAT(found(long_lines, "a.cpp", std::string(101, 'x') + '\n'), SizeIs(1));
}

TEST(Functions, FitOnAScreen) {
    EXPECT_THAT(everywhere(long_functions), IsEmpty());
}

TEST(Functions, OfSeventyOneLinesAreFoundWhereverTheyStand) {
    auto const body = [](int lines) {
        auto text = std::string{"void f(struct X const& x) const {\n"};
        for (auto line = 0; line < lines - 2; ++line) {
            text += "    if (x) { g(); }\n";
        }
        return text + "}\n";
    };
    EXPECT_THAT(found(long_functions, "a.cpp", body(70)), IsEmpty());
    EXPECT_THAT(found(long_functions, "a.cpp", body(71)), SizeIs(1));
    EXPECT_THAT(found(long_functions, "a.hpp", "namespace a {\nclass B {\n" + body(71) + "};\n}\n"),
                SizeIs(1));
    EXPECT_THAT(found(long_functions, "a.hpp",
                      "#include <a>\nnamespace a {\n" + body(60) + body(60) + "}\n"),
                IsEmpty());
}

TEST(Environment, IsReadByConfigOnly) {
    EXPECT_THAT(everywhere(reads_environment), IsEmpty());
}

TEST(Environment, ReadElsewhereIsFound) {
    EXPECT_THAT(found(reads_environment, "common/pg/a.cpp", "std::getenv(\"X\");\n"), SizeIs(1));
    EXPECT_THAT(found(reads_environment, "common/config/a.cpp", "std::getenv(\"X\");\n"),
                IsEmpty());
}

TEST(Beast, IsIncludedByAtMostFourSourcesOfHttp) {
    EXPECT_THAT(everywhere(wrong_beast), IsEmpty());
    auto const including = std::ranges::count_if(all_sources(), [](SourceFile const& file) {
        return !file.is_in("tests/") &&
               (file.text.find("#include <boost/beast") != std::string::npos ||
                file.text.find("#include <boost/asio") != std::string::npos);
    });
    EXPECT_LE(including, 4);
}

TEST(Beast, InAHeaderOrElsewhereIsFound) {
    auto const* const line = "#include <boost/beast/http.hpp>\n";
    EXPECT_THAT(found(wrong_beast, "common/http/a.hpp", line), SizeIs(1));
    EXPECT_THAT(found(wrong_beast, "booking-service/http/a.cpp", line), SizeIs(1));
    EXPECT_THAT(found(wrong_beast, "common/http/a.cpp", line), IsEmpty());
}

TEST(Sql, IsInStorageOnly) {
    EXPECT_THAT(everywhere(wrong_sql), IsEmpty());
}

TEST(Sql, ElsewhereIsFound) {
    auto const* const line = "auto a = \"SELECT 1\";\n";
    EXPECT_THAT(found(wrong_sql, "booking-service/http/a.cpp", line), SizeIs(1));
    EXPECT_THAT(found(wrong_sql, "booking-service/use_cases/a.cpp", "R\"sql(\n"), SizeIs(1));
    EXPECT_THAT(found(wrong_sql, "booking-service/storage/a.cpp", line), IsEmpty());
}

TEST(Tests, AreCountedAndNeverSkipped) {
    EXPECT_THAT(everywhere(wrong_tests), IsEmpty());
}

TEST(Tests, ThatAreSkippedOrUncountedAreFound) {
    EXPECT_THAT(found(wrong_tests, "tests/unit/a.cpp", "#include <gtest/gtest.h>\n"), SizeIs(1));
    EXPECT_THAT(found(wrong_tests, "tests/unit/a.cpp", "TEST(A, DISABLED_B) {}\n"), SizeIs(1));
    EXPECT_THAT(found(wrong_tests, "tests/unit/a.cpp", "GTEST_SKIP();\n"), SizeIs(1));
}

TEST(Domain, IsToldTheTime) {
    EXPECT_THAT(everywhere(clock_in_domain), IsEmpty());
}

TEST(Domain, ThatAsksAClockIsFound) {
    EXPECT_THAT(found(clock_in_domain, "booking-service/domain/a.cpp",
                      "std::chrono::system_clock::now();\n"),
                SizeIs(1));
}

TEST(Threads, BelongToLanesListenersAndWiring) {
    EXPECT_THAT(everywhere(wrong_threads), IsEmpty());
}

TEST(Threads, ElsewhereAreFound) {
    EXPECT_THAT(found(wrong_threads, "booking-service/use_cases/a.cpp", "std::jthread t;\n"),
                SizeIs(1));
    EXPECT_THAT(found(wrong_threads, "booking-service/main.cpp", "std::jthread t;\n"), IsEmpty());
}

TEST(Files, SayWhatTheyAreFor) {
    EXPECT_THAT(everywhere(no_purpose), IsEmpty());
}

TEST(Pitfalls, AreNotSteppedInto) {
    EXPECT_THAT(everywhere(pitfalls), IsEmpty());
}

TEST(Pitfalls, ThatSomebodyStepsIntoAreFound) {
    for (auto const* bad :
         {"rd_kafka_produceva(rk, v, 2);", "rd_kafka_consume_batch_queue(q, 1, m, 1);",
          "rd_kafka_pause_partitions(rk, list);", "rd_kafka_consumer_close(rk);",
          "PQsendFlushRequest(connection);",
          "{\"partition.assignment.strategy\", \"cooperative-sticky\"}",
          "{\"group.instance.id\", name}", "SELECT pg_advisory_lock(1)", "\"LISTEN events\"",
          "SELECT pg_notify('a', '')"}) {
        EXPECT_THAT(found(pitfalls, "common/kafka/a.cpp", bad), SizeIs(1)) << bad;
    }
    EXPECT_THAT(found(pitfalls, "common/kafka/a.cpp", "// not rd_kafka_produceva\n"), IsEmpty());
    EXPECT_THAT(found(pitfalls, "common/pg/a.cpp", "SELECT pg_advisory_xact_lock(1)"), IsEmpty());
}

/// "Suite.Name" of every test.
std::set<std::string> defined_tests() {
    auto defined = std::set<std::string>{};
    auto const definition = std::regex{R"(\bTEST(?:_[FP])?\(\s*(\w+)\s*,\s*(\w+)\s*\))"};
    for (auto const& file : all_sources()) {
        for (auto match = std::sregex_iterator{file.code.begin(), file.code.end(), definition};
             match != std::sregex_iterator{}; ++match) {
            defined.insert((*match)[1].str() + '.' + (*match)[2].str());
        }
    }
    return defined;
}

/// How many tests the document names in backquotes; each must exist.
int named_tests(std::string const& document) {
    auto const text = text_of(document);
    auto const defined = defined_tests();
    auto named = 0;
    auto const name = std::regex{R"(`([A-Z]\w+\.\w+)`)"};
    for (auto match = std::sregex_iterator{text.begin(), text.end(), name};
         match != std::sregex_iterator{}; ++match) {
        ++named;
        EXPECT_TRUE(defined.contains((*match)[1].str())) << (*match)[1].str() << " does not exist";
    }
    return named;
}

TEST(Pitfalls, NameTestsThatExist) {
    EXPECT_GT(named_tests("docs/decisions/library-pitfalls.md"), 0);
}

TEST(Interleavings, ThatAModelFoundHaveATestEachWithItsName) {
    auto const document = std::string{"docs/decisions/interleavings-forced-by-tests.md"};
    EXPECT_EQ(named_tests(document), 22);
    auto const text = text_of(document);
    auto const row = std::regex{R"(\| `(\w+)` \| [^|]* \| `\w+\.(\w+)` \|)"};
    auto rows = 0;
    for (auto match = std::sregex_iterator{text.begin(), text.end(), row};
         match != std::sregex_iterator{}; ++match) {
        ++rows;
        EXPECT_EQ((*match)[1].str(), (*match)[2].str());
    }
    EXPECT_EQ(rows, 22);
}

}  // namespace
}  // namespace frontrow::tidy
