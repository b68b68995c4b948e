// Translates refusals and errors for the caller. Only status.cc chooses a grpc::StatusCode.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"
#include "lots/v1/errors.pb.h"

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

}  // namespace lots
