// Taking indexes and keys away while millions of rows are written, and making them again.
#pragma once

#include <string>
#include <vector>

#include "storage/pg/connection.h"

namespace lots::bench {

// The statements that make them, in their order.
using Indexes = std::vector<std::string>;

// Within a transaction: empties the tables that have a company, and drops their indexes, primary,
// unique and foreign keys.
Indexes DropIndexes(pg::Connection& db);
// Makes them again. Stops the program unless the schema is then as it was.
void MakeIndexes(pg::Connection& db, const Indexes& indexes);

}  // namespace lots::bench
