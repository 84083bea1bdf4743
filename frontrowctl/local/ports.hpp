// Ports on loopback: chosen once, kept, and below the range that outgoing connections use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace frontrow::local {

/// A TCP port that nobody listens on now, from 15000 to 32767, also free for UDP. Never the same
/// one twice in a process: whoever asked first may not listen yet.
[[nodiscard]] std::uint16_t free_port();
[[nodiscard]] bool is_port_free(std::uint16_t port);

/// Named ports in a file. A name keeps its port until `choose_again`.
class Ports {
  public:
    explicit Ports(std::filesystem::path file);
    /// The port of that name; chosen and written at the first question.
    std::uint16_t of(std::string const& name);
    /// Somebody else took the port meanwhile.
    std::uint16_t choose_again(std::string const& name);

  private:
    std::filesystem::path file_;
    std::map<std::string, std::uint16_t> ports_;
};

}  // namespace frontrow::local
