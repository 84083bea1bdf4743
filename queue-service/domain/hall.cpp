// Finds tokens by id, by user and by number while a batch changes them.
#include "queue-service/domain/hall.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::queue::domain {

Hall::Hall(std::vector<Gate> gates, std::vector<Token> tokens) {
    for (auto const& gate : gates) {
        gates_.emplace(gate.show, Entry<Gate>{gate, Mark::loaded});
    }
    for (auto const& token : tokens) {
        if (gate(token.show) != nullptr) {
            put(token);
            tokens_.at(token.id).mark = Mark::loaded;
        }
    }
}

Gate const* Hall::gate(ShowId const& show) const {
    auto const found = gates_.find(show);
    return found == gates_.end() ? nullptr : &found->second.now;
}

Token const* Hall::token(TokenId const& id) const {
    auto const found = tokens_.find(id);
    return found == tokens_.end() ? nullptr : &found->second.now;
}

Token const* Hall::live_token(ShowId const& show, UserId const& user) const {
    auto const found = live_.find({show, user});
    return found == live_.end() ? nullptr : token(found->second);
}

std::vector<TokenId> Hall::waiting(ShowId const& show) const {
    auto ids = std::vector<TokenId>{};
    auto const found = waiting_.find(show);
    if (found != waiting_.end()) {
        for (auto const& [number, id] : found->second) {
            ids.push_back(id);
        }
    }
    return ids;
}

void Hall::open(Gate gate) {
    auto const show = gate.show;
    auto const [entry, fresh] = gates_.emplace(show, Entry<Gate>{std::move(gate), Mark::fresh});
    ENSURE(fresh);
}

void Hall::put(Gate const& gate) {
    auto& entry = gates_.at(gate.show);
    entry.now = gate;
    if (entry.mark == Mark::loaded) {
        entry.mark = Mark::changed;
    }
}

void Hall::put(Token const& token) {
    auto const [found, fresh] = tokens_.emplace(token.id, Entry<Token>{token, Mark::fresh});
    auto& entry = found->second;
    if (!fresh) {
        if (is_live(entry.now.state)) {
            live_.erase({entry.now.show, entry.now.user});
        }
        waiting_[entry.now.show].erase({entry.now.number, entry.now.id});
        entry.now = token;
        entry.mark = entry.mark == Mark::loaded ? Mark::changed : entry.mark;
    }
    if (is_live(token.state)) {
        live_.emplace(std::pair{token.show, token.user}, token.id);
    }
    if (token.state == TokenState::waiting) {
        waiting_[token.show].emplace(token.number, token.id);
    }
}

template <class Key, class Value>
std::vector<Value> Hall::marked(std::map<Key, Entry<Value>> const& entries, Mark mark) {
    auto found = std::vector<Value>{};
    for (auto const& [key, entry] : entries) {
        if (entry.mark == mark) {
            found.push_back(entry.now);
        }
    }
    return found;
}

std::vector<Gate> Hall::opened_gates() const {
    return marked(gates_, Mark::fresh);
}
std::vector<Gate> Hall::changed_gates() const {
    return marked(gates_, Mark::changed);
}
std::vector<Token> Hall::joined_tokens() const {
    return marked(tokens_, Mark::fresh);
}
std::vector<Token> Hall::changed_tokens() const {
    return marked(tokens_, Mark::changed);
}

}  // namespace frontrow::queue::domain
