// Reading a record's headers.
#include "common/kafka/record.hpp"

namespace frontrow::kafka {

std::optional<std::string_view> header(Headers const& headers, std::string_view name) {
    for (auto found = headers.rbegin(); found != headers.rend(); ++found) {
        if (found->first == name) {
            return found->second;
        }
    }
    return std::nullopt;
}

}  // namespace frontrow::kafka
