// Columns that several tables of payment share. What the database holds and no program can have
// written is a bug, and aborts.
#pragma once

#include "common/core/ensure.hpp"
#include "common/core/money.hpp"
#include "common/pg/rows.hpp"

namespace frontrow::payment::storage {

[[nodiscard]] inline Currency currency_from(pg::Row const& row, int column) {
    auto const currency = Currency::parse(row.text(column));
    ENSURE(currency.has_value());
    return *currency;
}

}  // namespace frontrow::payment::storage
