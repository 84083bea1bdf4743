// One `up` or `down` of a clone at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace frontrow::local {

/// Held while it lives; the kernel gives it back however we end.
class StateLock {
  public:
    /// Throws std::runtime_error that says who holds it. `descriptor`: our caller (`./dev`) holds
    /// it already and handed it down.
    StateLock(std::filesystem::path const& file, std::string const& purpose,
              std::optional<int> descriptor);
    ~StateLock();
    StateLock(StateLock const&) = delete;
    StateLock& operator=(StateLock const&) = delete;

  private:
    int descriptor_;
};

}  // namespace frontrow::local
