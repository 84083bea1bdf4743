// Finds the route of a path, segment by segment.
#include "common/http/router.hpp"

#include <algorithm>

#include "common/core/ensure.hpp"

namespace frontrow::http {
namespace {

/// Of most paths, so that they are allocated once.
constexpr auto segments_expected = std::size_t{8};

std::vector<std::string_view> segments_of(std::string_view path) {
    auto segments = std::vector<std::string_view>{};
    segments.reserve(segments_expected);
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

/// Whether the pattern fits; an empty segment is no value.
bool fits(std::vector<std::string> const& pattern, std::vector<std::string_view> const& path) {
    return std::ranges::equal(pattern, path, [](std::string_view wanted, std::string_view segment) {
        return (is_parameter(wanted) && !segment.empty()) || wanted == segment;
    });
}

std::map<std::string, std::string> parameters_of(std::vector<std::string> const& pattern,
                                                 std::vector<std::string_view> const& path) {
    auto parameters = std::map<std::string, std::string>{};
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_parameter(pattern[i])) {
            parameters.emplace(pattern[i].substr(1, pattern[i].size() - 2), path[i]);
        }
    }
    return parameters;
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
    for (auto const& known : routes_) {
        ENSURE(known.route.method != route.method || known.route.pattern != route.pattern);
    }
    auto const parts = segments_of(route.pattern);
    auto segments = std::vector<std::string>{parts.begin(), parts.end()};
    auto const parameters = std::ranges::count_if(segments, is_parameter);
    routes_.push_back(
        {std::move(route), std::move(segments), static_cast<std::size_t>(parameters)});
}

std::string Router::allowed_at(std::vector<std::string_view> const& segments) const {
    auto methods = std::vector<Method>{};
    for (auto const& known : routes_) {
        if (fits(known.segments, segments)) {
            methods.push_back(known.route.method);
            if (known.route.method == Method::get) {
                methods.push_back(Method::head);
            }
        }
    }
    return allowed_text(methods);
}

Router::Match Router::find(Method method, std::string_view path) const {
    auto const segments = segments_of(path);
    auto const wanted = method == Method::head ? Method::get : method;
    auto const* best = static_cast<Known const*>(nullptr);
    for (auto const& known : routes_) {
        // "/v1/shows/next" is more precise than "/v1/shows/{id}", whichever was added first.
        if (known.route.method == wanted &&
            (best == nullptr || known.parameters < best->parameters) &&
            fits(known.segments, segments)) {
            best = &known;
        }
    }
    if (best == nullptr) {
        return {.route = nullptr, .path_parameters = {}, .allowed = allowed_at(segments)};
    }
    return {.route = &best->route,
            .path_parameters = parameters_of(best->segments, segments),
            .allowed = {}};
}

}  // namespace frontrow::http
