// The working set of a batch: gates and tokens as they stand, and which of them were changed.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "queue-service/domain/token.hpp"

namespace frontrow::queue::domain {

/// Gates come with their lock held: whoever moves a token holds its gate.
class Hall {
  public:
    /// A token without its gate is left out: in a database that was damaged there is one, and that
    /// must not take the lines of other shows with it.
    Hall(std::vector<Gate> gates, std::vector<Token> tokens);

    /// Nothing if it was not loaded, so does not exist.
    [[nodiscard]] Gate const* gate(ShowId const& show) const;
    [[nodiscard]] Token const* token(TokenId const& id) const;
    [[nodiscard]] Token const* live_token(ShowId const& show, UserId const& user) const;
    /// Those of the gate that wait, in the order of their numbers.
    [[nodiscard]] std::vector<TokenId> waiting(ShowId const& show) const;

    void open(Gate gate);
    void put(Gate const& gate);
    /// A token that is new, or as it is after a change.
    void put(Token const& token);

    [[nodiscard]] std::vector<Gate> opened_gates() const;
    [[nodiscard]] std::vector<Gate> changed_gates() const;
    [[nodiscard]] std::vector<Token> joined_tokens() const;
    [[nodiscard]] std::vector<Token> changed_tokens() const;

  private:
    enum class Mark { loaded = 1, fresh, changed };
    template <class Value>
    struct Entry {
        Value now;
        Mark mark;
    };
    template <class Key, class Value>
    static std::vector<Value> marked(std::map<Key, Entry<Value>> const& entries, Mark mark);

    std::map<ShowId, Entry<Gate>> gates_;
    std::map<TokenId, Entry<Token>> tokens_;
    std::map<std::pair<ShowId, UserId>, TokenId> live_;
    std::map<ShowId, std::set<std::pair<std::int64_t, TokenId>>> waiting_;
};

}  // namespace frontrow::queue::domain
