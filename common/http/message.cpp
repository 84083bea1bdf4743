// Requests, and the one answer that each of them gets.
#include "common/http/message.hpp"

#include <algorithm>
#include <atomic>

#include "common/core/ensure.hpp"

namespace frontrow::http {
namespace {

/// For whoever asks for a stream after the answer was given.
class ClosedStream final : public EventStream {
  public:
    bool send(std::string_view, std::string_view, std::string_view) override { return false; }
    void close() override {}
    [[nodiscard]] bool is_open() const override { return false; }
};

}  // namespace

std::string_view name_of(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::del:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
    }
    return "";
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    auto const found = std::find_if(headers.begin(), headers.end(),
                                    [&](auto const& field) { return field.first == name; });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

std::string const& Request::path_parameter(std::string const& name) const {
    auto const found = path_parameters.find(name);
    ENSURE(found != path_parameters.end());  // the route's pattern has it, or the handler is wrong
    return found->second;
}

Result<json::Value, json::Refusal> const& Request::json() const {
    if (!parsed_body) {
        parsed_body = json::parse(body);
    }
    return *parsed_body;
}

struct Responder::Once {
    Once(Send s, OpenStream o) : send{std::move(s)}, open_stream{std::move(o)} {}
    Once(Once const&) = delete;
    Once& operator=(Once const&) = delete;
    ~Once() {
        if (!is_answered) {
            send(Response{.status = 500});
        }
    }
    Send send;
    OpenStream open_stream;
    std::atomic<bool> is_answered{false};
};

Responder::Responder(Send send, OpenStream open_stream)
    : once_{std::make_shared<Once>(std::move(send), std::move(open_stream))} {}

void Responder::operator()(Response response) const {
    if (!once_->is_answered.exchange(true)) {
        once_->send(std::move(response));
    }
}

std::shared_ptr<EventStream> Responder::stream(Response head) const {
    if (once_->is_answered.exchange(true)) {
        return std::make_shared<ClosedStream>();
    }
    return once_->open_stream(std::move(head));
}

}  // namespace frontrow::http
