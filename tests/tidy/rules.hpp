// The rules of the house, each a function from a source file to what is wrong in it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/tidy/source_tree.hpp"

namespace frontrow::tidy {

/// Sentences that start with path and line; empty: the file keeps the rule.
using Findings = std::vector<std::string>;

inline constexpr std::ptrdiff_t line_length_max = 100;
inline constexpr std::size_t function_lines_max = 70;

/// main -> http -> use_cases -> {domain, storage}; consumers -> {domain, storage}; storage ->
/// domain; domain
/// -> common/core and the events' types; services never include each other, common never a service.
[[nodiscard]] Findings wrong_includes(SourceFile const& file);
/// Coroutines live in common/http, in the forms that GCC 12 compiles rightly.
[[nodiscard]] Findings wrong_coroutines(SourceFile const& file);
[[nodiscard]] Findings long_lines(SourceFile const& file);
[[nodiscard]] Findings long_functions(SourceFile const& file);
/// Only common/config reads the environment (and what starts servers: frontrowctl/local,
/// tests/support).
[[nodiscard]] Findings reads_environment(SourceFile const& file);
/// Beast and Asio are included by sources of common/http only: one such file takes a minute to
/// compile.
[[nodiscard]] Findings wrong_beast(SourceFile const& file);
/// SQL is in storage folders and in the rooms of common that own tables.
[[nodiscard]] Findings wrong_sql(SourceFile const& file);
/// Tests count assertions only through tests/support/testing.hpp; none is skipped, none disabled.
[[nodiscard]] Findings wrong_tests(SourceFile const& file);
/// Domain code is told what time it is.
[[nodiscard]] Findings clock_in_domain(SourceFile const& file);
/// Threads belong to lanes, Kafka clients, listeners and the wiring.
[[nodiscard]] Findings wrong_threads(SourceFile const& file);
/// Calls and settings of libraries that are known to lose, crash or hang are used nowhere
/// (docs/decisions/library-pitfalls.md).
[[nodiscard]] Findings pitfalls(SourceFile const& file);
/// A file says first, in a comment, what it is for.
[[nodiscard]] Findings no_purpose(SourceFile const& file);

}  // namespace frontrow::tidy
