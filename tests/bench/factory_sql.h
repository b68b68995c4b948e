// The statements that fill a factory: one script a step, run for each company. $COMPANY, $GROUPS
// (of ten lots), $PRODUCTS, $FIRST (the first millisecond), $STEP (milliseconds between two lots)
// and $BOARDS are replaced.
#pragma once

namespace lots::bench {

// The company, its products and places, and functions for the scripts after it.
extern const char kFactoryCatalogSql[];
// Every lot.
extern const char kFactoryLotsSql[];
// Work orders, their serials, and what went into what.
extern const char kFactoryOrdersSql[];
// Movements, and the balances that they sum up to.
extern const char kFactoryStockSql[];
// Serials to be used by large completions.
extern const char kFactoryBoardsSql[];
// What only the scripts needed goes.
extern const char kFactoryEndSql[];

}  // namespace lots::bench
