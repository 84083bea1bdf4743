// Writes heads and bodies.
#include "common/http/serialize.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

namespace frontrow::http {
namespace {

/// `Date` as RFC 9110 wants it, made once a second.
std::string_view date_now() {
    thread_local auto second = std::time_t{-1};
    thread_local auto text = std::array<char, 40>{};
    thread_local auto octets = std::size_t{0};
    auto const now = std::time(nullptr);
    if (now != second) {
        auto parts = std::tm{};
        ::gmtime_r(&now, &parts);
        octets = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        second = now;
    }
    return {text.data(), octets};
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    constexpr auto is_break = [](char c) {
        return c == '\r' || c == '\n' || c == '\0';
    };
    if (name.empty() || std::ranges::any_of(name, is_break) ||
        std::ranges::any_of(value, is_break)) {
        throw std::invalid_argument{"a header field of a response contains a line break"};
    }
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

bool has_no_body(int status) {
    return status == 204 || status == 304;
}

}  // namespace

std::string_view reason_of(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "";
    }
}

std::string serialized(Response const& response, Sending const& sending) {
    auto out = std::string{};
    out.reserve(256 + response.body.size());
    out += "HTTP/1.1 " + std::to_string(response.status) + " ";
    out += reason_of(response.status);
    out += "\r\n";
    append_field(out, "Date", date_now());
    if (!has_no_body(response.status)) {
        append_field(out, "Content-Type", response.content_type);
        if (!sending.is_stream) {
            append_field(out, "Content-Length", std::to_string(response.body.size()));
        }
    }
    for (auto const& [name, value] : response.headers) {
        append_field(out, name, value);
    }
    if (!sending.correlation_id.empty()) {
        append_field(out, "X-Correlation-Id", sending.correlation_id);
    }
    if (sending.close) {
        append_field(out, "Connection", "close");
    }
    out += "\r\n";
    if (!sending.is_head_request && !sending.is_stream && !has_no_body(response.status)) {
        out += response.body;
    }
    return out;
}

std::string serialized_event(std::string_view id, std::string_view event, std::string_view data) {
    auto out = std::string{};
    auto const one_line = [](std::string_view text) {
        return text.substr(0, text.find_first_of("\r\n"));
    };
    if (!id.empty()) {
        out += "id: " + std::string{one_line(id)} + "\n";
    }
    if (!event.empty()) {
        out += "event: " + std::string{one_line(event)} + "\n";
    }
    for (;;) {
        auto const line = one_line(data);
        out += "data: " + std::string{line} + "\n";
        data.remove_prefix(line.size());
        if (data.empty()) {
            return out + "\n";
        }
        data.remove_prefix(data.starts_with("\r\n") ? 2 : 1);
    }
}

}  // namespace frontrow::http
