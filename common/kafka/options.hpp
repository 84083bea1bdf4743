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

/// What librdkafka has against a setting; "" if nothing. Of a value it knows only the form.
[[nodiscard]] std::string refusal_of_property(std::string const& name, std::string const& value);

}  // namespace frontrow::kafka
