// Result: either a value or the refusal that stands in its place.
#pragma once

#include <boost/system/result.hpp>

namespace frontrow {

/// A value of T, or an E that says why there is none. Test it, then use `*`; `.value()` does not
/// compile, because a refusal is never an exception. Enumerators of E start at 1: on success
/// `.error()` is `E{}`. Not [[nodiscard]] by itself, so mark the functions that return it.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace frontrow
