// Reads the four databases into facts. Read-only sessions; nothing is locked.
#pragma once

#include <string>

#include "frontrowctl/audit/facts.hpp"

namespace frontrow::audit::storage {

/// libpq URLs of roles that may read everything.
struct DatabaseUrls {
    std::string booking;
    std::string payment;
    std::string queue;
    std::string dataplatform;
};

/// Appends all rows of all databases; throws pg::Error.
void load(DatabaseUrls const& urls, Facts& facts);

}  // namespace frontrow::audit::storage
