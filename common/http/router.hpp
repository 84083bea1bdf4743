// Which path and method lead to which handler, and who may call it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.hpp"

namespace frontrow::http {

enum class Access { anyone = 1, user, ops };

/// An ordinary function; it must not block: what touches the database goes to a lane.
using Handler = std::function<void(Request const&, Responder)>;

struct Route {
    Method method;
    std::string pattern;  ///< "/v1/shows/{id}/seats": literal segments and {names}
    Access access;
    Handler handler;
    std::size_t body_octets_max{16 * 1024};
};

class Router {
  public:
    void add(Route route);
    struct Match {
        Route const* route{nullptr};  ///< null with `allowed` empty: 404; else 405
        std::map<std::string, std::string> path_parameters;
        std::string allowed;  ///< without a route: for the Allow header, also of OPTIONS
    };
    /// HEAD finds GET's route. Segments are compared after percent-decoding.
    [[nodiscard]] Match find(Method method, std::string_view path) const;

  private:
    struct Known {
        Route route;
        std::vector<std::string> segments;  ///< of its pattern
        std::size_t parameters;
    };
    /// For the header Allow: what other methods this path has; empty: nothing is there.
    [[nodiscard]] std::string allowed_at(std::vector<std::string_view> const& segments) const;
    std::vector<Known> routes_;
};

}  // namespace frontrow::http
