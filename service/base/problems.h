// The problems of a refusal in an answer to validate_only.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "lots/v1/errors.pb.h"
#include "service/base/status.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"

namespace lots {

// The tag and the length of a problem in an answer, at the most; the entry of FurtherProblems, and
// what is around the problems.
inline constexpr size_t kProblemHeaderBytes = 6;
inline constexpr size_t kFurtherProblemsBytes = 1024;

// What stands for the problems from `first` on, which do not fit in an answer.
v1::Problem FurtherProblems(const std::vector<Problem>& problems, size_t first);

// All problems, for an answer to validate_only. Where the answer would exceed kAnswerBytesMax, the
// last entry says how many more there are.
template <class Response>
void AddProblems(const std::vector<Problem>& problems, Response& response) {
  size_t bytes = 0;
  for (size_t i = 0; i < problems.size(); ++i) {
    v1::Problem problem = ProblemToProto(problems[i]);
    bytes += problem.ByteSizeLong() + kProblemHeaderBytes;
    if (bytes > kAnswerBytesMax - kFurtherProblemsBytes) {
      *response.add_problems() = FurtherProblems(problems, i);
      return;
    }
    *response.add_problems() = std::move(problem);
  }
}

}  // namespace lots
