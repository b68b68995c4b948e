// Results for people and for programs.
#pragma once

#include <string>

#include "tests/bench/bench.h"

namespace lots::bench {

// A table, and what was measured beside each figure.
void Print(const Results& results);
// One JSON line a result. False when the file cannot be written.
bool WriteJson(const Results& results, const std::string& file);

}  // namespace lots::bench
