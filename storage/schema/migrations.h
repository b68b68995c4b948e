// The steps that bring a database from empty to what this program expects.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace lots {

struct Migration {
  int version;             // 1, 2, 3, ... without a gap
  absl::string_view name;  // "catalog" of migrations/0001_catalog.sql
  absl::string_view sql;   // the file's exact text, which may hold several statements
};

// Every migration in the order of versions. The files are embedded at build time.
absl::Span<const Migration> Migrations();

}  // namespace lots
