// Unary handlers as the call path runs them: with validate_only as a dry run.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "service/base/problems.h"
#include "service/rpc/call.h"
#include "storage/domain/errors.h"
#include "storage/pg/connection.h"
#include "storage/pg/dry_run.h"

namespace lots {

template <class Message>
concept IsWriteRequest = requires(const Message& request) {
  request.request_id();
};

template <class Message>
concept HasValidateOnly = requires(const Message& request) {
  request.validate_only();
};

template <class Message>
concept HasProblems = requires(Message& response) {
  response.add_problems();
};

template <class Request>
bool IsDryRun(const Request& request) {
  if constexpr (HasValidateOnly<Request>) return request.validate_only();
  return false;
}

// Runs the handler of one call. With validate_only the handler does all that it does otherwise,
// and pg::DryRun keeps its transaction from committing, so that a dry run and the real call agree.
// The answer is then OK: what the real call would answer, or the problems of its refusal. A failure
// of the database is no problem of the request, and remains an error.
template <class Request, class Response>
absl::StatusOr<Response> RunHandler(UnaryHandler<Request, Response> handler, const Request& request,
                                    const Call& call, pg::Connection& db) {
  static_assert(!IsWriteRequest<Request> || (HasValidateOnly<Request> && HasProblems<Response>),
                "a write has validate_only, and its answer has problems");
  if (!IsDryRun(request)) return handler(request, call, db);
  const pg::DryRun dry_run(db);
  absl::StatusOr<Response> answer = handler(request, call, db);
  const std::vector<Problem> problems = ProblemsOf(answer.status());
  if (problems.empty()) return answer;
  Response refused;
  if constexpr (HasProblems<Response>) AddProblems(problems, refused);
  return refused;
}

}  // namespace lots
