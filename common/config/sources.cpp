// Reads the command line and the environment: the only place that does.
#include <unistd.h>

#include "common/config/reader.hpp"

namespace frontrow::config {

Sources Sources::from_process(std::string program, std::string environment_prefix, int argc,
                              char const* const* argv) {
    auto sources = Sources{.program = std::move(program),
                           .environment_prefix = std::move(environment_prefix),
                           .arguments = {},
                           .environment = {}};
    for (auto i = 1; i < argc; ++i) {
        sources.arguments.emplace_back(argv[i]);
    }
    for (auto const* const* entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        auto const text = std::string_view{*entry};
        auto const equals = text.find('=');
        if (equals != std::string_view::npos && text.starts_with(sources.environment_prefix)) {
            sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return sources;
}

}  // namespace frontrow::config
