// Routes and lanes of the operators' side of dead letters.
#include "common/deadletter/http/admin.hpp"

#include <charconv>
#include <variant>

#include "common/deadletter/http/answers.hpp"
#include "common/http/idempotent.hpp"
#include "common/http/submit.hpp"
#include "common/json/value.hpp"
#include "common/lane/lane.hpp"

namespace frontrow::deadletter {
namespace {

using Question = std::variant<Filter, Uuid>;
using Reply = std::vector<Letter>;
using QuestionLane = lane::Lane<Question, Reply>;
using OperationLane = lane::Lane<idempotency::Keyed<Operation>, idempotency::Answer>;

constexpr auto limit_max = 200;

Result<Filter, http::Problem> filter_of(http::Request const& request) {
    auto filter = Filter{};
    for (auto const& [name, value] : request.query) {
        if (name == "state" && state_from(value)) {
            filter.state = value;
        } else if (name == "reason") {
            filter.reason = value;
        } else if (name == "topic") {
            filter.topic = value;
        } else if (name == "cursor" && Uuid::parse(value)) {
            filter.before = Uuid::parse(value);
        } else if (name == "limit") {
            auto const* const end = value.data() + value.size();
            auto const read = std::from_chars(value.data(), end, filter.limit);
            if (read.ec != std::errc{} || read.ptr != end || filter.limit < 1 ||
                filter.limit > limit_max) {
                return http::bad_request("\"limit\" must be a number from 1 to 200.");
            }
        } else {
            return http::bad_request("\"" + name +
                                     "\" is none of state, reason, topic, limit and cursor, or its "
                                     "value is not one that it can have.");
        }
    }
    return filter;
}

Reply answer(pg::Transaction& tx, Question const& question) {
    if (auto const* filter = std::get_if<Filter>(&question)) {
        auto one_more = *filter;
        ++one_more.limit;
        return list(tx, one_more);
    }
    auto letter = find(tx, std::get<Uuid>(question));
    return letter ? Reply{*std::move(letter)} : Reply{};
}

/// The note of the body; a discard must have one.
Result<std::string, http::Problem> note_of(http::Request const& request, Kind kind) {
    if (request.body.empty() && kind == Kind::replay) {
        return std::string{};
    }
    auto const& document = request.json();
    if (!document) {
        return http::bad_request(document.error().detail);
    }
    auto reader = json::ObjectReader{*document};
    auto const is_needed = kind == Kind::discard || reader.has("note");
    auto note = is_needed ? reader.text("note", 1, 1024) : std::string{};
    reader.no_other_members();
    if (auto const* refusal = reader.refusal()) {
        return http::bad_request(refusal->detail);
    }
    return note;
}

}  // namespace

struct Admin::State {
    explicit State(AdminOptions given)
        : options{std::move(given)},
          path{"/v1/admin/" + options.service + "/dead-letters"},
          questions{lane_options("dead-letter-reads", true), ask},
          operations{
              lane_options("dead-letter-operations", false),
              [this](pg::Transaction& tx, std::span<idempotency::Keyed<Operation> const> batch) {
                  return work(tx, batch);
              }} {}

    [[nodiscard]] lane::LaneOptions lane_options(char const* name, bool read_only) const {
        auto made = lane::LaneOptions{.name = name, .database = options.database};
        made.database.read_only = read_only;
        made.metrics = options.metrics;
        if (!read_only) {
            made.after_commit = options.after_commit;
        }
        return made;
    }
    static std::vector<Reply> ask(pg::Transaction& tx, std::span<Question const> batch) {
        auto replies = std::vector<Reply>{};
        for (auto const& question : batch) {
            replies.push_back(answer(tx, question));
        }
        return replies;
    }
    std::vector<idempotency::Answer> work(pg::Transaction& tx,
                                          std::span<idempotency::Keyed<Operation> const> batch) {
        return idempotency::with_keys<Operation>(
            tx, batch, [this](pg::Transaction& inner, std::span<Operation const> fresh) {
                auto answers = std::vector<idempotency::Answer>{};
                for (auto const& operation : fresh) {
                    answers.push_back(answer_of(operate(inner, operation, options.keep), path));
                }
                return answers;
            });
    }
    void get_page(http::Request const& request, http::Responder respond);
    void get_one(http::Request const& request, http::Responder respond);
    void post(http::Request const& request, http::Responder respond, Kind kind);

    AdminOptions options;
    std::string path;
    QuestionLane questions;
    OperationLane operations;
};

void Admin::State::get_page(http::Request const& request, http::Responder respond) {
    auto const filter = filter_of(request);
    if (!filter) {
        return respond(http::problem_response(request, filter.error()));
    }
    http::submit(request, std::move(respond), Question{*filter}, questions,
                 [limit = static_cast<std::size_t>(filter->limit)](Reply const& letters,
                                                                   std::string const&) {
                     return http::Response{.body = page_json(letters, limit)};
                 });
}

void Admin::State::get_one(http::Request const& request, http::Responder respond) {
    auto const id = Uuid::parse(request.path_parameter("id"));
    if (!id) {
        return respond(http::problem_response(request, http::not_found("dead letter")));
    }
    http::submit(request, std::move(respond), Question{*id}, questions,
                 [](Reply const& letters, std::string const& trace_id) {
                     if (letters.empty()) {
                         auto problem = http::not_found("dead letter");
                         problem.trace_id = trace_id;
                         return http::response_of(problem);
                     }
                     return http::Response{.body = letter_json(letters.front())};
                 });
}

void Admin::State::post(http::Request const& request, http::Responder respond, Kind kind) {
    auto const id = Uuid::parse(request.path_parameter("id"));
    if (!id) {
        return respond(http::problem_response(request, http::not_found("dead letter")));
    }
    auto note = note_of(request, kind);
    if (!note) {
        return respond(http::problem_response(request, note.error()));
    }
    http::submit_idempotent(request, std::move(respond),
                            Operation{kind, *id, request.principal->user.name, *std::move(note)},
                            operations);
}

Admin::Admin(AdminOptions options) : state_{std::make_unique<State>(std::move(options))} {}

Admin::~Admin() = default;

void Admin::add_routes(http::Router& router) {
    auto* const state = state_.get();
    auto const add = [&](http::Method method, std::string const& below, auto handler) {
        router.add({.method = method,
                    .pattern = state->path + below,
                    .access = http::Access::ops,
                    .handler = std::move(handler)});
    };
    using http::Request;
    using http::Responder;
    add(http::Method::get, "", [state](Request const& request, Responder respond) {
        state->get_page(request, std::move(respond));
    });
    add(http::Method::get, "/{id}", [state](Request const& request, Responder respond) {
        state->get_one(request, std::move(respond));
    });
    add(http::Method::post, "/{id}/replay", [state](Request const& request, Responder respond) {
        state->post(request, std::move(respond), Kind::replay);
    });
    add(http::Method::post, "/{id}/discard", [state](Request const& request, Responder respond) {
        state->post(request, std::move(respond), Kind::discard);
    });
}

bool Admin::is_ready() const {
    return state_->questions.is_ready() && state_->operations.is_ready();
}

void Admin::stop() {
    state_->questions.stop();
    state_->operations.stop();
}

}  // namespace frontrow::deadletter
