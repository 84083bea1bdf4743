// How `./dev` installs packages: by the real apt-get and dpkg, from a repository and into a
// database of the test's own, so that the machine's packages are not touched.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "frontrowctl/local/files.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// A lock as apt and dpkg take it, while it lives.
class HeldLock {
  public:
    explicit HeldLock(fs::path const& file)
        : descriptor_{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)} {
        struct flock whole {};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        EXPECT_EQ(::fcntl(descriptor_, F_SETLK, &whole), 0) << file;
    }
    ~HeldLock() { ::close(descriptor_); }
    HeldLock(HeldLock const&) = delete;
    HeldLock& operator=(HeldLock const&) = delete;

  private:
    int descriptor_;
};

/// A package whose installation does what those of servers do, and asks what a person would be
/// asked.
constexpr auto maintainer_script = R"(#!/bin/sh
{
    echo "frontend: $DEBIAN_FRONTEND"
    invoke-rc.d nginx start && service nginx start && systemctl enable --now nginx.service
    deb-systemd-invoke start nginx.service && update-rc.d nginx defaults
    deb-systemd-helper enable nginx.service && pg_createcluster 15 main
    start-stop-daemon --start --exec /usr/sbin/nginx
    echo "status: $?"
    for command in invoke-rc.d service systemctl deb-systemd-invoke start-stop-daemon \
                   pg_createcluster update-rc.d deb-systemd-helper; do
        command -v $command
    done
    read -r answer || echo "nobody answers"
} > "$FRONTROW_TEST_SAID" 2>&1 < /dev/stdin
)";

class DevPackages : public ::testing::Test {
  protected:
    DevPackages() {
        clone_.make_buildable();
        for (auto const* folder :
             {"db/info", "db/updates", "db/triggers", "lists/partial", "empty",
              "cache/archives/partial", "repository", "package/DEBIAN", "log"}) {
            fs::create_directories(apt_ / folder);
        }
        write_file(apt_ / "db/status", "");
        write_file(apt_ / "sources.list", "deb [trusted=yes] copy:" + path("repository") + " ./\n");
        write_file(apt_ / "apt.conf", "Dir::State \"" + path("") +
                                          "\";\nDir::State::lists \"lists/\";\n"
                                          "Dir::State::status \"" +
                                          path("db/status") + "\";\nDir::Cache \"" + path("cache") +
                                          "\";\nDir::Etc::sourcelist \"" + path("sources.list") +
                                          "\";\nDir::Etc::sourceparts \"" + path("empty") +
                                          "\";\nDir::Etc::parts \"" + path("empty") +
                                          "\";\nDir::Etc::main \"/dev/null\";\nDir::Log \"" +
                                          path("log") + "\";\nAPT::Sandbox::User \"root\";\n");
        write_file(apt_ / "meminfo", "MemAvailable: 9000000 kB\n");
        write_file(clone_.root() / "packages.txt", "# one\nfrontrow-trial\n");
        make_package();
    }

    void make_package() const {
        write_file(apt_ / "package/DEBIAN/control",
                   "Package: frontrow-trial\nVersion: 1.0\nArchitecture: all\n"
                   "Maintainer: Nobody <nobody@localhost>\nDescription: a trial\n");
        write_file(apt_ / "package/DEBIAN/postinst", maintainer_script, 0755);
        auto const made = clone_.run_shell(
            "set -e; cd '" + path("repository") +
            "'; chmod 755 ../package/DEBIAN; dpkg-deb --build ../package trial.deb > /dev/null; "
            "{ dpkg-deb -f trial.deb; echo 'Filename: ./trial.deb'; "
            "echo \"Size: $(stat -c %s trial.deb)\"; "
            "echo \"SHA256: $(sha256sum trial.deb | cut -d ' ' -f 1)\"; } > Packages");
        EXPECT_EQ(made.status, 0) << made.output;
    }

    [[nodiscard]] std::string path(std::string const& inside) const {
        return (apt_ / inside).string();
    }
    [[nodiscard]] ScratchClone::Variables variables() const {
        auto all = ScratchClone::Variables{{"APT_CONFIG", path("apt.conf")},
                                           {"DPKG_ADMINDIR", path("db")},
                                           {"FRONTROW_TEST_SAID", path("said")},
                                           {"FRONTROW_DEV_MEMINFO", path("meminfo")}};
        if (::geteuid() != 0) {
            // The database is ours, so nobody need be root; sudo would forget the variables.
            fs::create_directories(apt_ / "bin");
            write_file(apt_ / "bin/sudo",
                       "#!/bin/sh\n[ \"$1\" = -v ] && exit\nshift\nexec \"$@\"\n", 0755);
            all["PATH"] = path("bin") + ":/usr/local/bin:/usr/bin:/bin";
            all["DPKG_FORCE"] = "not-root";
        }
        return all;
    }
    /// The machine's check, its packages, and Kafka's jars, which are there.
    CommandOutcome prepare() const { return clone_.run_dev({"prepare-tests"}, variables()); }
    [[nodiscard]] bool is_installed() const {
        return read_file(apt_ / "db/status").value_or("").find("install ok installed") !=
               std::string::npos;
    }
    [[nodiscard]] std::string log() const {
        return read_file(clone_.root() / "build/log/packages.log").value_or("");
    }

    ScratchClone clone_{};
    fs::path apt_{clone_.root() / "apt"};
};

TEST_F(DevPackages, AreInstalledWithoutAQuestionAndWithoutAServerBeingStarted) {
    auto const outcome = prepare();
    EXPECT_EQ(outcome.status, 0) << outcome.output << log();
    EXPECT_TRUE(is_installed());
    auto const said = read_file(apt_ / "said").value_or("");
    EXPECT_THAT(said, HasSubstr("frontend: noninteractive\nstatus: 0\n"));
    EXPECT_THAT(said, HasSubstr("nobody answers"));
    for (auto const* command :
         {"invoke-rc.d", "service", "systemctl", "deb-systemd-invoke", "start-stop-daemon",
          "pg_createcluster", "update-rc.d", "deb-systemd-helper"}) {
        EXPECT_THAT(said, ::testing::ContainsRegex(std::string{"/tmp/frontrow-apt\\.[^/]*/"} +
                                                   command + "\n"));
        EXPECT_THAT(said, Not(HasSubstr(std::string{"/usr/sbin/"} + command)));
    }
    auto const again = prepare();
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_THAT(again.output, HasSubstr("all of packages.txt are installed"));
}

TEST_F(DevPackages, WaitForEachLockOfAnotherInstallation) {
    for (auto const* lock : {"db/lock-frontend", "db/lock", "lists/lock", "cache/archives/lock"}) {
        write_file(apt_ / "db/status", "");
        fs::remove(apt_ / "cache/archives/frontrow-trial_1.0_all.deb");
        auto other = std::make_unique<HeldLock>(apt_ / lock);
        fs::remove(clone_.root() / "build/log/packages.log");
        auto run = clone_.start_dev({"prepare-tests"}, variables());
        while (run.is_running() && log().find("lock") == std::string::npos) {
            std::this_thread::sleep_for(5ms);
        }
        EXPECT_TRUE(run.is_running()) << lock << clone_.output();
        EXPECT_FALSE(is_installed()) << lock;
        other.reset();
        EXPECT_TRUE(run.wait(1min)) << lock;
        EXPECT_EQ(run.exit_status(), 0) << lock << clone_.output() << log();
        EXPECT_TRUE(is_installed()) << lock;
    }
}

TEST_F(DevPackages, ThatCannotBeInstalledAreToldWithTheLogAndWhatToDo) {
    write_file(clone_.root() / "packages.txt", "# two\nfrontrow-trial\nfrontrow-unknown\n");
    auto const outcome = prepare();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("step \"packages\" failed"));
    EXPECT_THAT(outcome.output, HasSubstr("last lines of " + clone_.root().string()));
    EXPECT_THAT(outcome.output, HasSubstr("| E: Unable to locate package frontrow-unknown"));
    EXPECT_THAT(outcome.output, HasSubstr("what to do: if the network is there: sudo apt-get "
                                          "install --no-install-recommends frontrow-trial"));
    EXPECT_FALSE(is_installed()) << "all or none";
}

}  // namespace
}  // namespace frontrow::local
