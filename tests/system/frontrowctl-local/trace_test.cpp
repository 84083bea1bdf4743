// What `./dev up` leaves on the machine once `./dev down --wipe` has run: nothing.
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "frontrowctl/local/files.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Whatever is orphaned below us becomes our child, however it detached itself: so no process of
/// the run can hide.
class Foster {
  public:
    Foster() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~Foster() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
    Foster(Foster const&) = delete;
    Foster& operator=(Foster const&) = delete;

    /// Everybody below us that lives, and that did not before.
    [[nodiscard]] std::vector<pid_t> processes() const {
        auto all = below(::getpid());
        std::erase_if(all, [this](pid_t id) { return before_.contains(id); });
        return all;
    }

  private:
    static std::vector<pid_t> below(pid_t parent) {
        auto found = std::vector<pid_t>{};
        for (auto const id : child_ids(parent)) {
            auto const stat = read_file("/proc/" + std::to_string(id) + "/stat").value_or(") Z ");
            if (stat.find(") Z ") != std::string::npos) {
                ::waitpid(id, nullptr, WNOHANG);
                continue;
            }
            found.push_back(id);
            auto const more = below(id);
            found.insert(found.end(), more.begin(), more.end());
        }
        return found;
    }

    std::set<pid_t> before_ = [] {
        auto const ids = below(::getpid());
        return std::set<pid_t>{ids.begin(), ids.end()};
    }();
};

/// Sockets that wait for others: the address as /proc spells it, by inode.
std::map<std::string, std::string> listening_sockets() {
    auto found = std::map<std::string, std::string>{};
    for (auto const* table : {"tcp", "tcp6", "udp", "udp6"}) {
        auto lines = std::ifstream{std::string{"/proc/net/"} + table};
        auto line = std::string{};
        std::getline(lines, line);
        while (std::getline(lines, line)) {
            auto fields = std::istringstream{line};
            auto number = std::string{};
            auto local = std::string{};
            auto remote = std::string{};
            auto state = std::string{};
            fields >> number >> local >> remote >> state;
            auto inode = std::string{};
            for (auto field = 0; field < 6; ++field) {
                fields >> inode;
            }
            if (state == "0A" || state == "07") {
                found[inode] = local;
            }
        }
    }
    return found;
}

/// Those of these processes.
std::set<std::string> listening(std::vector<pid_t> const& processes) {
    auto const all = listening_sockets();
    auto addresses = std::set<std::string>{};
    for (auto const id : processes) {
        auto failed = std::error_code{};
        for (auto const& entry :
             fs::directory_iterator{"/proc/" + std::to_string(id) + "/fd", failed}) {
            auto const target = fs::read_symlink(entry.path(), failed).string();
            if (target.starts_with("socket:[")) {
                auto const at = all.find(target.substr(8, target.size() - 9));
                if (at != all.end()) {
                    addresses.insert(at->second);
                }
            }
        }
    }
    return addresses;
}

bool is_on_loopback(std::string const& address) {
    return address.starts_with("0100007F:") ||
           address.starts_with("0000000000000000FFFF00000100007F:") ||
           address.starts_with("00000000000000000000000001000000:");
}

int port_of(std::string const& address) {
    return std::stoi(address.substr(address.find(':') + 1), nullptr, 16);
}

/// The files of that user where a program could put some, and his shared memory. Not the folder of
/// this test process' own servers, nor what was built in the clone.
std::set<std::string> files_of(uid_t user, ScratchClone const& clone) {
    auto found = std::set<std::string>{};
    auto roots = std::set<fs::path>{clone.root(),     "/tmp",     "/var/tmp",   "/dev/shm", "/run",
                                    "/var/lib/nginx", "/var/log", "/var/cache", "/var/run"};
    auto const* const home = std::getenv("HOME");
    for (auto const& root : roots) {
        auto failed = std::error_code{};
        auto entry = fs::recursive_directory_iterator{
            root, fs::directory_options::skip_permission_denied, failed};
        for (; !failed && entry != fs::recursive_directory_iterator{}; entry.increment(failed)) {
            struct stat about {};
            if (::lstat(entry->path().c_str(), &about) != 0) {
                continue;
            }
            if (entry->path() == support::TestFolder::shared().path() ||
                entry->path() == clone.root() / "build" || entry->path() == clone.output_file()) {
                entry.disable_recursion_pending();
                continue;
            }
            if (about.st_uid == user) {
                found.insert(entry->path().string());
            }
        }
    }
    auto failed = std::error_code{};
    for (auto const& entry : fs::directory_iterator{home == nullptr ? "/" : home, failed}) {
        found.insert(entry.path().string());
    }
    auto segments = std::ifstream{"/proc/sysvipc/shm"};
    auto line = std::string{};
    std::getline(segments, line);
    while (std::getline(segments, line)) {
        auto fields = std::istringstream{line};
        auto words = std::vector<std::string>{std::istream_iterator<std::string>{fields}, {}};
        if (words.size() > 7 && words[7] == std::to_string(user)) {
            found.insert("shared memory " + words[0]);
        }
    }
    return found;
}

std::vector<std::string> missing_from(std::set<std::string> const& all,
                                      std::set<std::string> const& some) {
    auto missing = std::vector<std::string>{};
    std::ranges::set_difference(all, some, std::back_inserter(missing));
    return missing;
}

TEST(DevUpAndDown, LeaveNoProcessNoPortAndNoFile) {
    // As another user if we can: then every file of the run has an owner who has no others.
    auto const account = account_of("nobody");
    auto const user = ::geteuid() == 0 ? account.user : ::geteuid();
    auto const clone = ScratchClone{0, account};
    clone.make_buildable();
    auto const variables = ScratchClone::Variables{
        {"FRONTROW_DEV_MEMINFO", (clone.root() / "build/meminfo").string()}};
    write_file(clone.root() / "build/meminfo", "MemAvailable: 9000000 kB\n");
    // The test process' own folder has a guardian, which is no trace of the run.
    ASSERT_TRUE(fs::exists(support::TestFolder::shared().path()));
    auto const foster = Foster{};
    auto const files_before = files_of(user, clone);
    ASSERT_THAT(foster.processes(), IsEmpty());

    auto const up = clone.run_dev({"up"}, variables);
    ASSERT_EQ(up.status, 0) << up.output;
    EXPECT_THAT(up.output, HasSubstr("CONFIRMED"));
    for (auto const character : up.output) {
        EXPECT_TRUE(character == '\n' || (character >= ' ' && character <= '~')) << int{character};
    }
    auto const addresses = listening(foster.processes());
    EXPECT_GE(foster.processes().size(), 8U);
    EXPECT_GE(addresses.size(), 15U) << "PostgreSQL, Kafka, the gateway, and three a service";
    for (auto const& address : addresses) {
        EXPECT_TRUE(is_on_loopback(address)) << address;
        EXPECT_LT(port_of(address), 32768) << address;
    }
    // Beside the clone's own files and PostgreSQL's folder, nothing is written even while it runs.
    for (auto const& file : missing_from(files_of(user, clone), files_before)) {
        EXPECT_TRUE(file.starts_with((clone.root() / ".dev").string()) ||
                    file.starts_with(clone.postgres().string()) ||
                    file.starts_with("/dev/shm/PostgreSQL.") || file.starts_with("shared memory "))
            << file;
    }

    auto const down = clone.run_dev({"down", "--wipe"}, variables);
    EXPECT_EQ(down.status, 0) << down.output;
    EXPECT_THAT(foster.processes(), IsEmpty());
    auto still = std::set<std::string>{};
    for (auto const& [inode, address] : listening_sockets()) {
        still.insert(address);
    }
    for (auto const& address : addresses) {
        EXPECT_FALSE(still.contains(address)) << address;
    }
    auto const files_after = files_of(user, clone);
    EXPECT_THAT(missing_from(files_after, files_before), IsEmpty());
    EXPECT_THAT(missing_from(files_before, files_after), IsEmpty());
}

}  // namespace
}  // namespace frontrow::local
