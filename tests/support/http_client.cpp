// Requests by libcurl.
#include "tests/support/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace frontrow::support {
namespace {

std::size_t append_octets(char const* octets, std::size_t size, std::size_t count, void* target) {
    static_cast<std::string*>(target)->append(octets, size * count);
    return size * count;
}

std::size_t note_header(char const* octets, std::size_t size, std::size_t count, void* target) {
    auto const line = std::string_view{octets, size * count};
    auto const colon = line.find(':');
    if (colon != std::string_view::npos) {
        auto name = std::string{line.substr(0, colon)};
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto const start = line.find_first_not_of(' ', colon + 1);
        auto const end = line.find_last_not_of("\r\n") + 1;
        auto& headers = *static_cast<std::map<std::string, std::string>*>(target);
        headers[name] = start < end ? std::string{line.substr(start, end - start)} : std::string{};
    }
    return size * count;
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

std::string Answer::header(std::string const& name) const {
    auto const found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string Answer::member(std::string const& name) const {
    auto const quoted = "\"" + name + "\":";
    auto const found = body.find(quoted);
    if (found == std::string::npos) {
        return {};
    }
    auto const start = found + quoted.size();
    if (body[start] == '"') {
        return body.substr(start + 1, body.find('"', start + 1) - start - 1);
    }
    return body.substr(start, body.find_first_of(",}]", start) - start);
}

HttpClient::HttpClient(std::chrono::milliseconds patience)
    : curl_{curl_easy_init()}, patience_{patience} {}

HttpClient::~HttpClient() {
    curl_easy_cleanup(curl_);
}

Answer HttpClient::request(std::string const& method, std::string const& url,
                           Headers const& headers, std::string const& body) {
    auto answer = Answer{};
    auto lines = std::unique_ptr<curl_slist, FreeList>{};
    auto const add = [&](std::string const& line) {
        lines.reset(curl_slist_append(lines.release(), line.c_str()));
    };
    for (auto const& [name, value] : headers) {
        add(name + ": " + value);
    }
    curl_easy_reset(curl_);  // keeps the connections
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(patience_.count()));
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, append_octets);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, note_header);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer.headers);
    if (method == "POST" || !body.empty()) {
        add("Content-Type: application/json");
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
        curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, body.c_str());
    }
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, lines.get());
    auto const outcome = curl_easy_perform(curl_);
    if (outcome == CURLE_OK) {
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
    }
    answer.cut_off = outcome != CURLE_OK && outcome != CURLE_COULDNT_CONNECT;
    return answer;
}

}  // namespace frontrow::support
