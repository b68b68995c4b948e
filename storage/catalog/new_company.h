// The first write of a company's catalog creates the company.
#pragma once

#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

// Adds the statements that create the company with the defaults of Settings and its default
// location of every virtual kind. Nothing happens when it exists.
void EnsureCompany(pg::Transaction& transaction, const WriteContext& context);

}  // namespace lots
