// A company comes into being with the first write of its catalog.
#pragma once

#include "storage/domain/write_context.h"
#include "storage/pg/pipeline.h"

namespace lots {

// Adds the statements that create the company with the defaults of Settings and its default
// location of every virtual kind. Nothing happens when it exists.
void EnsureCompany(pg::Transaction& transaction, const WriteContext& context);

}  // namespace lots
