// Reads the topics into facts, from the start to where they ended when the reading began.
#pragma once

#include <string>
#include <vector>

#include "common/kafka/options.hpp"
#include "frontrowctl/audit/facts.hpp"

namespace frontrow::audit {

/// `topics` are named without the prefix. Throws kafka::Error.
void read_records(kafka::ClientOptions const& kafka, std::string const& prefix,
                  std::vector<std::string> const& topics, Facts& facts);

}  // namespace frontrow::audit
