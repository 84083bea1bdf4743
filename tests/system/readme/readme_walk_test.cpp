// The README works as printed: its commands are typed, and what they print is compared.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/layout.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"
#include "tests/system/readme/walk.hpp"

namespace frontrow::readme {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto document = R"(# A project
```console
$ echo elsewhere
```
## A walk
Some words.
```console
$ name=Ada
$ echo "Hello, \
> $name"
Hello, Ada
$ false
```
More words.
```console
$ echo one; echo two >&2
one
two
```
## The end
```console
$ echo elsewhere
```
)";

std::string readme() {
    return local::read_file(local::Layout::of_this_build().root / "README.md").value();
}

std::string replaced(std::string text, std::string const& what, std::string const& with) {
    return text.replace(text.find(what), what.size(), with);
}

std::vector<std::string> differences_of(std::string const& text) {
    auto name = (fs::temp_directory_path() / "frontrow-walk-XXXXXX").string();
    auto const folder = fs::path{::mkdtemp(name.data())};
    auto const steps = steps_of(text, "## A walk");
    auto found = differences(steps, printed_by(steps, folder));
    fs::remove_all(folder);
    return found;
}

TEST(Walk, ReadsCommandsAndOutputsBelowItsHeadingOnly) {
    auto const steps = steps_of(document, "## A walk");
    ASSERT_EQ(steps.size(), 4U);
    EXPECT_EQ(steps[1].command, "echo \"Hello, \\\n$name\"");
    EXPECT_EQ(steps[1].expected, "Hello, Ada");
    EXPECT_EQ(steps[2].expected, "");
    EXPECT_EQ(steps[3].expected, "one\ntwo");
}

TEST(Walk, HoldsIfAllIsPrintedAsExpectedInOneSession) {
    EXPECT_THAT(differences_of(document), IsEmpty());
}

TEST(Walk, NoticesACommandThatWasChanged) {
    EXPECT_THAT(differences_of(replaced(document, "name=Ada", "name=Bob")),
                ElementsAre(AllOf(HasSubstr("Hello, Ada"), HasSubstr("but printed\nHello, Bob"))));
}

TEST(Walk, NoticesAnOutputThatWasChangedIsMissingOrIsTooMuch) {
    EXPECT_EQ(differences_of(replaced(document, "one\ntwo", "one\n2")).size(), 1U);
    EXPECT_EQ(differences_of(replaced(document, "one\ntwo\n", "one\n")).size(), 1U);
    EXPECT_EQ(differences_of(replaced(document, "$ false\n", "$ false\nfalse\n")).size(), 1U);
}

TEST(Walk, NoticesASessionThatEndsEarly) {
    EXPECT_THAT(differences_of(replaced(document, "$ false", "$ exit 0")),
                ElementsAre(HasSubstr("not reached: $ echo one")));
}

TEST(Walk, MasksOnlyWhatDiffersFromRunToRun) {
    EXPECT_EQ(masked("01a1fe4b-0444-72cb-a549-0e52ce63b829 at 2026-11-21T13:28:11.588816Z"),
              "<id> at <time>");
    EXPECT_EQ(masked("http://127.0.0.1:27860/v1 (0.7 s)"),
              "http://127.0.0.1:<port>/v1 (<seconds> s)");
    EXPECT_EQ(masked("00-936aae08aaed3b61e3346684160a9556-e322787ee17fe54e-01"), "<traceparent>");
    EXPECT_EQ(masked("eyJhbGciOiJF.eyJpc3MiOiJm.6MU19zux_ceE"), "<token>");
    for (auto const* kept : {"CONFIRMED", "{\"amount\":18000}", "[41,42]", "3 seats", "201"}) {
        EXPECT_EQ(masked(kept), kept);
    }
}

/// The lines that `up` itself prints, without what is left out. Those before come from installing
/// and building, which a clone that is built already does not do.
std::vector<std::string> lines_of_up(std::string const& text) {
    auto lines = std::vector<std::string>{};
    auto const printed = text.substr(text.find("postgresql  "));
    for (auto start = std::size_t{0}; start < printed.size();) {
        auto const end = std::min(printed.find('\n', start), printed.size());
        auto const line = printed.substr(start, end - start);
        if (!line.empty() && line.find("[...]") == std::string::npos) {
            lines.push_back(masked(line));
        }
        start = end + 1;
    }
    return lines;
}

TEST(Readme, IsTrueOfARunningFrontrow) {
    auto const clone = local::ScratchClone{};
    fs::create_directories(clone.root() / "build/release");
    fs::create_symlink(local::Layout::of_this_build().binaries, clone.root() / "build/release/bin");
    auto const up = clone.run_local({"up"});
    ASSERT_EQ(up.status, 0) << up.output;

    auto const commands = steps_of(readme(), "## Two commands");
    ASSERT_EQ(commands.size(), 2U);
    ASSERT_EQ(commands[0].command, "./dev up");
    auto const output = masked(up.output);
    for (auto const& line : lines_of_up(commands[0].expected)) {
        EXPECT_THAT(output, HasSubstr(line));
    }

    auto const walk = steps_of(readme(), "## A walk of five minutes");
    ASSERT_GT(walk.size(), 20U);
    EXPECT_THAT(differences(walk, printed_by(walk, clone.root())), IsEmpty());
}

}  // namespace
}  // namespace frontrow::readme
