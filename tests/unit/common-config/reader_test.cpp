// Precedence, strictness, and every error at once.
#include "common/config/reader.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "common/config/names.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A file of this test's own, gone with it.
class ScratchFile {
  public:
    explicit ScratchFile(std::string const& text) {
        auto const* const test = testing::UnitTest::GetInstance()->current_test_info();
        path_ = (std::filesystem::temp_directory_path() /
                 ("frontrow-" + std::string{test->name()} + "-" + std::to_string(::getpid()) + "-" +
                  std::to_string(next_++)))
                    .string();
        std::ofstream{path_, std::ios::binary} << text;
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    ScratchFile(ScratchFile const&) = delete;
    ScratchFile& operator=(ScratchFile const&) = delete;
    [[nodiscard]] std::string const& path() const { return path_; }

  private:
    static inline int next_{0};
    std::string path_;
};

Sources sources(std::vector<std::string> arguments,
                std::map<std::string, std::string> environment = {}) {
    return {.program = "booking-service",
            .environment_prefix = "FRONTROW_BOOKING__",
            .arguments = std::move(arguments),
            .environment = std::move(environment)};
}

struct Said {
    std::optional<int> code;
    std::string out;
    std::string err;
};

Said finish(Reader& reader) {
    auto said = Said{};
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    said.code = reader.finish();
    said.out = testing::internal::GetCapturedStdout();
    said.err = testing::internal::GetCapturedStderr();
    return said;
}

std::int64_t port_from(Sources given) {
    auto reader = Reader{std::move(given)};
    auto const port = reader.port("http.port", 8080, "port");
    EXPECT_EQ(finish(reader).code, std::nullopt);
    return port;
}

TEST(Reader, TakesFlagThenEnvironmentThenFileThenDefault) {
    auto const file = ScratchFile{"[http]\nport = 1\n"};
    auto const variable = std::map<std::string, std::string>{{"FRONTROW_BOOKING__HTTP__PORT", "2"}};
    EXPECT_EQ(port_from(sources({})), 8080);
    EXPECT_EQ(port_from(sources({"--config", file.path()})), 1);
    EXPECT_EQ(port_from(sources({"--config=" + file.path()}, variable)), 2);
    EXPECT_EQ(port_from(sources({"--config", file.path(), "--http-port", "3"}, variable)), 3);
    EXPECT_EQ(port_from(sources({"--http-port=4"}, variable)), 4);
    EXPECT_EQ(port_from(sources({}, {{"FRONTROW_BOOKING__CONFIG", file.path()}})), 1);
}

TEST(Reader, ReadsEveryKindFromEverySource) {
    auto const file = ScratchFile{
        "name = \"a # b\"\n[x]\ncount = -3\non = true\nwait = \"90s\"\npeers = [\"a:1\", "
        "\"b:2\"]\n"};
    for (auto const& given : {sources({"--config", file.path()}),
                              sources({"--name", "a # b", "--x-count", "-3", "--x-on",
                                       "--x-wait=90s", "--x-peers", "a:1, b:2"}),
                              sources({}, {{"FRONTROW_BOOKING__NAME", "a # b"},
                                           {"FRONTROW_BOOKING__X__COUNT", "-3"},
                                           {"FRONTROW_BOOKING__X__ON", "true"},
                                           {"FRONTROW_BOOKING__X__WAIT", "90s"},
                                           {"FRONTROW_BOOKING__X__PEERS", "a:1,b:2"}})}) {
        auto reader = Reader{given};
        EXPECT_EQ(reader.text("name", "", "m"), "a # b");
        EXPECT_EQ(reader.integer("x.count", 0, -5, 5, "m"), -3);
        EXPECT_EQ(reader.boolean("x.on", false, "m"), true);
        EXPECT_EQ(reader.duration("x.wait", 1s, 0s, 1h, "m"), 90s);
        EXPECT_THAT(reader.list("x.peers", "m"), ElementsAre("a:1", "b:2"));
        EXPECT_EQ(finish(reader).code, std::nullopt);
    }
}

TEST(Reader, ReportsEveryErrorAtOnceWithNameValueAndWhatIsAllowed) {
    auto const file = ScratchFile{"[http]\nport = \"80\"\nprot = 1\n[nowhere]\nx = 1\n"};
    auto reader = Reader{sources(
        {"--config", file.path(), "--level", "loud", "--wiat", "1s", "stray", "--wait", "soon"},
        {{"FRONTROW_BOOKING__COUNT", "11"},
         {"FRONTROW_BOOKING__CUONT", "1"},
         {"FRONTROW_BOOKING__PEERS", "a,,b"},
         {"FRONTROW_BOOKING__ON", "yes"}})};
    EXPECT_EQ(reader.port("http.port", 8080, "m"), 8080);
    EXPECT_EQ(reader.choice("level", "info", {"info", "debug"}, "m"), "info");
    EXPECT_EQ(reader.duration("wait", 5s, 1s, 1min, "m"), 5s);
    EXPECT_EQ(reader.integer("count", 3, 1, 10, "m"), 3);
    EXPECT_THAT(reader.list("peers", "m"), IsEmpty());
    EXPECT_EQ(reader.boolean("on", false, "m"), false);
    EXPECT_EQ(reader.required_text("database.name", "which database"), "");
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 2);
    EXPECT_EQ(said.out, "");
    for (auto const& part :
         {file.path() + ":2: http.port: must be an integer",
          std::string{"--level: \"loud\" is not one of info, debug"},
          std::string{"--wait: \"soon\" is not a duration such as 250ms, 30s, 5m, 24h or 14d, "
                      "from 1s to 1m"},
          std::string{"FRONTROW_BOOKING__COUNT: \"11\" is not an integer from 1 to 10"},
          std::string{"FRONTROW_BOOKING__PEERS: \"a,,b\" is not a list without empty items"},
          std::string{"FRONTROW_BOOKING__ON: \"yes\" is not true or false"},
          std::string{"database.name: is missing; give --database-name or "
                      "FRONTROW_BOOKING__DATABASE__NAME"},
          std::string{"\"stray\": is not a flag"},
          std::string{"--wiat: is not known; did you mean --wait?"},
          std::string{"FRONTROW_BOOKING__CUONT: is not known; did you mean "
                      "FRONTROW_BOOKING__COUNT?"},
          file.path() + ":3: http.prot: is not known; did you mean http.port?",
          file.path() + ":4: nowhere: is not known", std::string{"has 12 error(s)"}}) {
        EXPECT_THAT(said.err, HasSubstr(part));
    }
}

TEST(Reader, ReportsAMistakeInASourceThatIsOverruled) {
    auto const file = ScratchFile{"[http]\nport = true\n"};
    auto reader = Reader{sources({"--config", file.path(), "--http-port", "1"})};
    (void)reader.port("http.port", 8080, "m");
    EXPECT_THAT(finish(reader).err, HasSubstr("http.port: must be an integer"));
}

TEST(Reader, HoldsNumbersToTheirEdges) {
    for (auto const& [text, good] :
         std::vector<std::pair<std::string, bool>>{{"1", true},
                                                   {"10", true},
                                                   {"0", false},
                                                   {"11", false},
                                                   {"", false},
                                                   {" 1", false},
                                                   {"1 ", false},
                                                   {"+1", false},
                                                   {"0x1", false},
                                                   {"1.0", false},
                                                   {"9223372036854775808", false}}) {
        auto reader = Reader{sources({"--count=" + text})};
        (void)reader.integer("count", 3, 1, 10, "m");
        EXPECT_EQ(finish(reader).code.has_value(), !good) << text;
    }
}

TEST(Reader, ReadsEachUnitOfADurationAndNothingElse) {
    auto const read = [](std::string const& text) -> std::optional<std::chrono::milliseconds> {
        auto reader = Reader{sources({"--wait=" + text})};
        auto const wait = reader.duration("wait", 1s, 0s, 240h * 365, "m");
        return finish(reader).code ? std::nullopt : std::optional{wait};
    };
    EXPECT_EQ(read("250ms"), 250ms);
    EXPECT_EQ(read("30s"), 30s);
    EXPECT_EQ(read("5m"), 5min);
    EXPECT_EQ(read("24h"), 24h);
    EXPECT_EQ(read("14d"), 24h * 14);
    EXPECT_EQ(read("0s"), 0s);
    for (auto const* text :
         {"", "5", "s", "-5s", "5 s", "5S", "5s5s", "1.5s", "5sec", "99999999999999999d"}) {
        EXPECT_EQ(read(text), std::nullopt) << text;
    }
}

TEST(Reader, ReadsTextsAndSecretsFromNamedFilesWithoutTheirLastLineBreak) {
    auto const secret = ScratchFile{"s3cret\n"};
    auto const toml = ScratchFile{"token_file = \"" + secret.path() + "\"\n"};
    for (auto const& given : {sources({"--token-file", secret.path()}),
                              sources({}, {{"FRONTROW_BOOKING__TOKEN_FILE", secret.path()}}),
                              sources({"--config", toml.path()})}) {
        auto reader = Reader{given};
        EXPECT_EQ(reader.required_secret("token", "m").reveal(), "s3cret");
        EXPECT_EQ(finish(reader).code, std::nullopt);
    }
}

TEST(Reader, RefusesBothAValueAndAFileForIt) {
    auto const secret = ScratchFile{"s3cret"};
    auto reader = Reader{sources(
        {}, {{"FRONTROW_BOOKING__TOKEN", "a"}, {"FRONTROW_BOOKING__TOKEN_FILE", secret.path()}})};
    (void)reader.required_secret("token", "m");
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, HasSubstr("FRONTROW_BOOKING__TOKEN_FILE: give one of them"));
}

TEST(Reader, SaysWhichFileCannotBeRead) {
    auto reader =
        Reader{sources({"--config", "/does/not/exist.toml", "--token-file", "/nor/this"})};
    (void)reader.secret("token", "m");
    auto const said = finish(reader);
    EXPECT_THAT(said.err, HasSubstr("--config: cannot read the file \"/does/not/exist.toml\""));
    EXPECT_THAT(said.err, HasSubstr("--token-file: cannot read the file \"/nor/this\""));
}

TEST(Reader, SaysWhereTheFileIsNotToml) {
    auto const file = ScratchFile{"a = 1\nb = = 2\n"};
    auto reader = Reader{sources({"--config", file.path()})};
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, HasSubstr(file.path() + ":2: "));
}

TEST(Reader, RefusesAFlagThatIsGivenTwiceOrHasNoValue) {
    auto reader = Reader{sources({"--a=1", "--a=2", "--b"})};
    (void)reader.text("a", "", "m");
    (void)reader.text("b", "", "m");
    auto const said = finish(reader);
    EXPECT_THAT(said.err, HasSubstr("--a: is given twice"));
    EXPECT_THAT(said.err, HasSubstr("--b: needs a value"));
}

TEST(Reader, PrintsTheConfigurationAsTomlWithoutItsSecrets) {
    auto reader = Reader{sources({"--print-config", "--http-port", "99", "--token", "canary"},
                                 {{"FRONTROW_BOOKING__NAME", "a\"b\nc"}})};
    (void)reader.port("http.port", 8080, "m");
    (void)reader.secret("token", "m");
    (void)reader.secret("other", "m");
    (void)reader.text("name", "x", "m");
    (void)reader.duration("wait", 300s, 0s, 1h, "m");
    (void)reader.list("peers", "m");
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.out,
              "http.port = 99  # --http-port\n"
              "token = \"***\"  # --token\n"
              "other = \"\"  # default\n"
              "name = \"a\\\"b\\u000ac\"  # FRONTROW_BOOKING__NAME\n"
              "wait = \"5m\"  # default\n"
              "peers = []  # default\n");
}

TEST(Reader, NeverShowsASecretInAnError) {
    auto const empty = ScratchFile{"\n"};
    auto reader = Reader{sources({"--token", "canary"}, {{"FRONTROW_BOOKING__TOKEN", ""},
                                                         {"FRONTROW_BOOKING__TOKEM", "canary"}})};
    (void)reader.required_secret("token", "m");
    (void)reader.required_text("missing", "m");
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 2);
    EXPECT_THAT(said.err, Not(HasSubstr("canary")));
}

TEST(Reader, AnswersHelpWhateverElseIsWrong) {
    auto reader = Reader{sources({"--help", "--nonsense"})};
    (void)reader.port("http.port", 8080, "Where to listen.");
    (void)reader.required_text("database.name", "Which database.");
    auto const said = finish(reader);
    EXPECT_EQ(said.code, 0);
    EXPECT_EQ(said.err, "");
    EXPECT_THAT(said.out,
                HasSubstr("--http-port\n      Where to listen.\n      an integer from 0 to "
                          "65535; default 8080; environment "
                          "FRONTROW_BOOKING__HTTP__PORT; file http.port\n"));
    EXPECT_THAT(said.out, HasSubstr("default required"));
}

TEST(Reader, ChecksTheConfigurationWithoutStarting) {
    auto good = Reader{sources({"--check-config"})};
    EXPECT_EQ(finish(good).code, 0);
    auto bad = Reader{sources({"--check-config", "--nonsense"})};
    EXPECT_EQ(finish(bad).code, 2);
}

TEST(Names, AreSpelledAsFlagAndVariable) {
    EXPECT_EQ(flag_of("database.pool_size"), "database-pool-size");
    EXPECT_EQ(variable_of("database.pool_size"), "DATABASE__POOL_SIZE");
}

TEST(Names, SuggestsTheNearestOnlyIfItIsNear) {
    auto const known = std::vector<std::string>{"http.port", "http.host", "log.level"};
    EXPECT_EQ(nearest("http.prot", known), "http.port");
    EXPECT_EQ(nearest("http.hosts", known), "http.host");
    EXPECT_EQ(nearest("loglevel", known), "log.level");
    EXPECT_EQ(nearest("kafka.servers", known), std::nullopt);
    EXPECT_EQ(nearest("", known), std::nullopt);
}

TEST(Sources, TakesOnlyVariablesOfItsPrefix) {
    ::setenv("FRONTROW_TESTED__A__B", "c=d", 1);
    ::setenv("FRONTROW_TESTER", "x", 1);
    char const* const argv[] = {"program", "--a", "b"};
    auto const given = Sources::from_process("program", "FRONTROW_TESTED__", 3, argv);
    EXPECT_THAT(given.arguments, ElementsAre("--a", "b"));
    EXPECT_THAT(given.environment, ElementsAre(std::pair{"FRONTROW_TESTED__A__B", "c=d"}));
}

}  // namespace
}  // namespace frontrow::config
