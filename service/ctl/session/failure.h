// How lotctl fails: what it prints and what it exits with.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/ctl/output/terminal.h"

namespace grpc {
class Status;
}

namespace lots::ctl {

// What lotctl exits with; `lotctl --help` lists them.
enum ExitCode {
  kExitOk = 0,
  kExitRefused = 1,      // the service refused, or an import found problems: change the request
  kExitUsage = 2,        // the command line or an input file makes no sense; nothing was sent
  kExitUnavailable = 3,  // not reachable, too slow or too busy: the same command may work later
  kExitForbidden = 4,    // not allowed
  kExitInternal = 5,     // a bug, here or in the service
};

// An error of lotctl's own: of its arguments or of a file it was given.
absl::Status UsageError(absl::string_view message);
// A refusal of lotctl's own, with what was found already printed.
absl::Status Refused(absl::string_view message);
// The service's answer; its reason, facts and problems stay with it.
absl::Status FromGrpc(const grpc::Status& status);

// The name of the reason that the service gave; empty when there is none.
std::string ReasonOf(const absl::Status& status);
// One of the facts that the service gave; empty when there is none.
std::string FactOf(const absl::Status& status, absl::string_view name);

// Remembers under which request id a write was sent whose outcome is unknown.
void SetUnknownOutcome(absl::Status& status, absl::string_view request_id);
// Whether a write that failed like this may have happened nevertheless.
bool OutcomeUnknown(const absl::Status& status);

ExitCode ExitCodeOf(const absl::Status& status);
// Reason, message, facts, problems and what to do, on standard error.
void PrintFailure(const absl::Status& status, absl::string_view address, const Terminal& terminal);

}  // namespace lots::ctl
