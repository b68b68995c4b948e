// Translates refusals and errors for the caller. Only status.cc chooses a grpc::StatusCode.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"
#include "lots/v1/errors.pb.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"

namespace lots {

struct Problem;

// How a call ended.
struct Outcome {
  grpc::Status status;
  // For the log: the name of the reason, empty when OK. For INTERNAL also the id that the caller
  // got and the text that the caller did not get.
  absl::string_view reason;
  std::string error_id;
  std::string internal_text;
};

// Refusals keep their code, text and facts, with google.rpc details that stay under 8 KiB. Database
// errors become DATABASE_UNAVAILABLE, TRANSACTION_CONFLICT, DEADLINE_EXCEEDED, CANCELLED or
// INTERNAL; the caller never gets their text.
Outcome OutcomeOf(const absl::Status& status);

// "InvalidArgument", as go-grpc-middleware writes it.
absl::string_view CodeName(grpc::StatusCode code);

v1::Problem ProblemToProto(const Problem& problem);

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
