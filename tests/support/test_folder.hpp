// A folder for the servers of one test process, which is gone when the process is, however it ends.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace frontrow::support {

/// While it lives, a small process of its own waits for our end, be it a crash or a kill -9. Then
/// it ends every server whose pid file lies in the folder and removes the folder.
class TestFolder {
  public:
    TestFolder();
    /// Returns when the servers have ended and the folder is gone.
    ~TestFolder();
    TestFolder(TestFolder const&) = delete;
    TestFolder& operator=(TestFolder const&) = delete;

    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    /// The one of this process.
    static TestFolder const& shared();

  private:
    std::filesystem::path path_;
    int lifeline_;
    pid_t guardian_;
};

}  // namespace frontrow::support
