// The documents in docs/openapi name the routes of the code, all of them and no others.
#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/testing.hpp"
#include "tests/tidy/source_tree.hpp"

namespace frontrow::tidy {
namespace {

/// "get /v1/concerts"
using Routes = std::set<std::string>;

std::string method_of(std::string const& enumerator) {
    return enumerator == "del" ? "delete" : enumerator;
}

/// What `add(method, "path"` and `.method = method, .pattern = "path"` name.
Routes routes_of_table(std::string const& text, std::string const& before_each = {}) {
    auto routes = Routes{};
    auto const entry =
        std::regex{R"re((?:add\(\s*|\.method = )(?:\w+::)*(get|post|del|put|patch),\s*)re"
                   R"re((?:\.pattern = )?"([^"]*)")re"};
    for (auto match = std::sregex_iterator{text.begin(), text.end(), entry};
         match != std::sregex_iterator{}; ++match) {
        routes.insert(method_of((*match)[1]) + " " + before_each + (*match)[2].str());
    }
    return routes;
}

Routes routes_of_code(std::string const& service, std::string const& name) {
    auto routes = routes_of_table(text_of(service + "/http/routes.cpp"));
    routes.merge(routes_of_table(text_of("common/deadletter/http/admin.cpp"),
                                 "/v1/admin/" + name + "/dead-letters"));
    return routes;
}

Routes routes_of_document(std::string const& name) {
    auto routes = Routes{};
    auto lines = std::istringstream{text_of("docs/openapi/" + name + ".yaml")};
    auto path = std::string{};
    auto const method = std::regex{"    (get|post|put|patch|delete):"};
    for (auto line = std::string{}; std::getline(lines, line);) {
        auto match = std::smatch{};
        if (line.starts_with("  /")) {
            path = line.substr(2, line.size() - 3);
        } else if (std::regex_match(line, match, method)) {
            routes.insert(match[1].str() + " " + path);
        }
    }
    return routes;
}

class OpenApi : public ::testing::TestWithParam<std::pair<char const*, char const*>> {};

INSTANTIATE_TEST_SUITE_P(Services, OpenApi,
                         ::testing::Values(std::pair{"booking-service", "booking"},
                                           std::pair{"payment-service", "payment"},
                                           std::pair{"queue-service", "queue"},
                                           std::pair{"dataplatform-consumer", "dataplatform"}));

TEST_P(OpenApi, NamesTheRoutesOfTheCodeAndNoOthers) {
    auto const [service, name] = GetParam();
    EXPECT_EQ(routes_of_document(name), routes_of_code(service, name));
}

TEST_P(OpenApi, SeesEveryPathOfTheTable) {
    auto const [service, name] = GetParam();
    auto const text = text_of(std::string{service} + "/http/routes.cpp");
    auto const paths = std::regex{R"re("/v1/)re"};
    EXPECT_EQ(static_cast<std::size_t>(std::distance(
                  std::sregex_iterator{text.begin(), text.end(), paths}, std::sregex_iterator{})),
              routes_of_table(text).size());
    for (auto const& file : all_sources()) {
        EXPECT_TRUE(!file.is_in(std::string{service} + "/") ||
                    file.path == std::string{service} + "/http/routes.cpp" ||
                    file.code.find("router.add(") == std::string::npos)
            << file.path << " adds routes that the document cannot be compared with";
    }
}

TEST(OpenApiRoutes, AreFoundInBothSpellingsOfTheTable) {
    EXPECT_EQ(routes_of_table(R"(add(get, "/v1/a", anyone, f); add(Method::del,
              "/v1/b", f); router.add({.method = http::Method::post,
              .pattern = "/v1/c",)"),
              (Routes{"get /v1/a", "delete /v1/b", "post /v1/c"}));
}

}  // namespace
}  // namespace frontrow::tidy
