// Finds the route of a path, segment by segment.
#include "common/http/router.hpp"

#include <algorithm>

#include "common/core/ensure.hpp"

namespace frontrow::http {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
    auto segments = std::vector<std::string_view>{};
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        auto const end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// The parameters if the pattern fits; an empty segment is no value.
std::optional<std::map<std::string, std::string>> fit(std::string_view pattern,
                                                      std::vector<std::string_view> const& path) {
    auto const wanted = segments_of(pattern);
    if (wanted.size() != path.size()) {
        return std::nullopt;
    }
    auto parameters = std::map<std::string, std::string>{};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (is_parameter(wanted[i]) && !path[i].empty()) {
            auto const name = wanted[i].substr(1, wanted[i].size() - 2);
            parameters.emplace(std::string{name}, std::string{path[i]});
        } else if (wanted[i] != path[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

std::size_t parameters_in(std::string_view pattern) {
    return static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '{'));
}

std::string allowed_text(std::vector<Method> const& methods) {
    auto text = std::string{};
    for (auto const method :
         {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del}) {
        if (std::find(methods.begin(), methods.end(), method) != methods.end()) {
            text += std::string{name_of(method)} + ", ";
        }
    }
    return text.empty() ? text : text + "OPTIONS";
}

}  // namespace

void Router::add(Route route) {
    ENSURE(route.pattern.starts_with('/') && route.handler != nullptr);
    for (auto const& other : routes_) {
        ENSURE(other.method != route.method || other.pattern != route.pattern);
    }
    routes_.push_back(std::move(route));
}

Router::Match Router::find(Method method, std::string_view path) const {
    auto match = Match{};
    auto methods = std::vector<Method>{};
    auto const segments = segments_of(path);
    auto const wanted = method == Method::head ? Method::get : method;
    for (auto const& route : routes_) {
        auto parameters = fit(route.pattern, segments);
        if (!parameters) {
            continue;
        }
        methods.push_back(route.method);
        if (route.method == Method::get) {
            methods.push_back(Method::head);
        }
        // "/v1/shows/next" is more precise than "/v1/shows/{id}", whichever was added first.
        if (route.method == wanted &&
            (match.route == nullptr ||
             parameters_in(route.pattern) < parameters_in(match.route->pattern))) {
            match.route = &route;
            match.path_parameters = *std::move(parameters);
        }
    }
    match.allowed = allowed_text(methods);
    return match;
}

}  // namespace frontrow::http
