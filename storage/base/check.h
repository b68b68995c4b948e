// Check(condition): stops the program, naming the place, when something is false that only a bug in
// this program can make false. Never for what a caller, a file or the database can get wrong: that
// is an absl::Status.
#pragma once

namespace lots {

[[noreturn]] void CheckFailed(const char* file, int line);

inline void Check(bool condition, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!condition) CheckFailed(file, line);
}

}  // namespace lots
