// The first write of a company's catalog creates the company.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "storage/pg/pipeline.h"

namespace lots {

struct WriteContext;

// Adds the statements that create the company with the defaults of Settings and its default
// location of every virtual kind. Nothing happens when it exists. Returns the index of the first
// result in Results.
size_t EnsureCompany(pg::Transaction& transaction, const WriteContext& context);
// FIELD_INVALID when the company is new and has an id that no new company may have.
absl::Status CheckNewCompany(const WriteContext& context, const pg::Result& ensured);

}  // namespace lots
