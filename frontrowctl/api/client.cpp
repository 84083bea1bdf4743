// Sends requests with libcurl.
#include "frontrowctl/api/client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "common/core/uuid.hpp"
#include "frontrowctl/terminal/exit_code.hpp"

namespace frontrow::api {
namespace {

using terminal::CommandFailed;
using terminal::ExitCode;

constexpr auto body_octets_max = std::size_t{64 * 1024 * 1024};

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t on_body(char* octets, std::size_t size, std::size_t count, void* answer) {
    auto& body = static_cast<Answer*>(answer)->body;
    if (body.size() + size * count > body_octets_max) {
        return 0;
    }
    body.append(octets, size * count);
    return size * count;
}

std::size_t on_header(char* octets, std::size_t size, std::size_t count, void* answer) {
    auto const line = std::string_view{octets, size * count};
    auto const colon = line.find(':');
    if (colon != std::string_view::npos) {
        auto name = std::string{line.substr(0, colon)};
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        value.remove_suffix(value.size() - value.find_last_not_of(" \r\n") - 1);
        static_cast<Answer*>(answer)->headers[name] = value;
    }
    return size * count;
}

void add_header(std::unique_ptr<curl_slist, FreeList>& list, std::string const& line) {
    auto* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer != nullptr) {
        (void)list.release();
        list.reset(longer);
    }
}

}  // namespace

struct Client::State {
    std::string url;
    std::string token;
    std::chrono::milliseconds timeout;
    std::unique_ptr<CURL, Cleanup> handle;
};

json::Value Answer::json() const {
    if (body.empty()) {
        return {};
    }
    auto value = json::parse(body);
    if (!value) {
        throw CommandFailed{ExitCode::error, fmt::format("the answer ({}) is not JSON: {}", status,
                                                         value.error().detail)};
    }
    return *std::move(value);
}

std::string Answer::problem() const {
    auto const document = json::parse(body);
    if (!document || !document->is_object()) {
        return fmt::format("{} {}", status, body.substr(0, 200));
    }
    return fmt::format("{} {}: {}", status, text_of(*document, "code"),
                       text_of(*document, "detail"));
}

Client::Client(std::string url, std::string token, std::chrono::milliseconds timeout)
    : state_{std::make_unique<State>()} {
    static auto once = std::once_flag{};
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    while (url.ends_with('/')) {
        url.pop_back();
    }
    state_->url = std::move(url);
    state_->token = std::move(token);
    state_->timeout = timeout;
    state_->handle.reset(curl_easy_init());
}

Client::~Client() = default;

Answer Client::get(std::string const& path) {
    return send("GET", path, nullptr, {});
}

Answer Client::post(std::string const& path, std::string const& body, Headers const& headers) {
    return send("POST", path, &body, headers);
}

Answer Client::send(char const* method, std::string const& path, std::string const* body,
                    Headers const& headers) {
    auto* const handle = state_->handle.get();
    auto const url = state_->url + path;
    auto answer = Answer{};
    auto lines = std::unique_ptr<curl_slist, FreeList>{};
    if (!state_->token.empty()) {
        add_header(lines, "Authorization: Bearer " + state_->token);
    }
    for (auto const& [name, value] : headers) {
        add_header(lines, name + ": " + value);
    }
    curl_easy_reset(handle);
    if (body != nullptr) {
        add_header(lines, body->empty() ? "Content-Type:" : "Content-Type: application/json");
        add_header(lines, "Expect:");
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->c_str());
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(body->size()));
    }
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(state_->timeout.count()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
    auto const code = curl_easy_perform(handle);
    if (code != CURLE_OK) {
        throw CommandFailed{ExitCode::error, fmt::format("{} {}: {}; does frontrow run?", method,
                                                         url, curl_easy_strerror(code))};
    }
    auto status = 0L;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
}

Client::Headers with_new_key() {
    return {{"Idempotency-Key", new_uuid().to_string()}};
}

std::string text_of(json::Value const& object, std::string_view name) {
    auto const* const member = object.find(name);
    auto const* const text = member == nullptr ? nullptr : member->string();
    return text == nullptr ? std::string{} : *text;
}

std::int64_t integer_of(json::Value const& object, std::string_view name, std::int64_t fallback) {
    auto const* const member = object.find(name);
    return member == nullptr ? fallback : member->integer().value_or(fallback);
}

std::string escaped(std::string_view text) {
    auto out = std::string{};
    for (auto const c : text) {
        auto const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') ||
                           std::string_view{"-._~"}.find(c) != std::string_view::npos;
        out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace frontrow::api
