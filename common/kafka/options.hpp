// How to reach the brokers; every other librdkafka setting passes through.
#pragma once

#include <map>
#include <string>

namespace frontrow::metrics {
class Registry;
}

namespace frontrow::kafka {

struct ClientOptions {
    std::string bootstrap_servers;
    std::string client_id;
    std::map<std::string, std::string> properties{};  ///< TLS, SASL, ...: named as librdkafka's
    metrics::Registry* metrics{nullptr};              ///< librdkafka's statistics, if given
};

}  // namespace frontrow::kafka
