// Token events only ever take away: they raise the generation or end the pass.
#include "booking-service/domain/tokens.hpp"

namespace frontrow::booking::domain {

bool pass_issued(PassSet& passes, TokenId const& token, std::int32_t generation) {
    auto const& pass = passes.at(token);
    if (pass.state != PassState::usable || generation <= pass.generation) {
        return false;
    }
    passes.change(token).generation = generation;
    return true;
}

bool pass_ended(PassSet& passes, TokenId const& token) {
    if (passes.at(token).state != PassState::usable) {
        return false;
    }
    passes.change(token).state = PassState::ended;
    return true;
}

}  // namespace frontrow::booking::domain
