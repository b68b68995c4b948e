// How lotctl fails: what it prints and what it exits with.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "service/ctl/output/terminal.h"

namespace grpc {
class Status;
}

namespace lots::v1 {
class Problem;
}

namespace lots::ctl {

// What lotctl exits with.
enum ExitCode {
  kExitOk = 0,
  kExitRefused = 1,
  kExitUsage = 2,
  kExitUnavailable = 3,
  kExitForbidden = 4,
  kExitInternal = 5,
};

// The words for each, in `lotctl --help` and in the manual.
struct ExitText {
  ExitCode code;
  const char* text;
};
inline constexpr ExitText kExitTexts[] = {
    {kExitOk, "The command is done."},
    {kExitRefused, "lotd refused, or an import found problems; the error says why."},
    {kExitUsage, "The command line or an input file makes no sense; nothing was sent."},
    {kExitUnavailable,
     "lotd is not reachable, too slow or too busy; the same command may work later."},
    {kExitForbidden, "The caller may not do this."},
    {kExitInternal, "A bug, in lotctl or lotd."},
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

// The answer to a dry run: a table of its problems, or that there are none.
void PrintDryRun(const google::protobuf::RepeatedPtrField<v1::Problem>& problems,
                 const Terminal& terminal);
// The status with which a dry run ends a command: everything is printed.
absl::Status EndOfDryRun();
bool IsEndOfDryRun(const absl::Status& status);

// How to repeat a write whose outcome is unknown.
struct Repeat {
  std::string request_id;  // empty: the command as it is has the same ids again
  std::string command;     // for a shell
};
// The advice to a person, in lines that begin with two spaces.
std::string TextOf(const Repeat& repeat);

// The same after a write whose outcome is known, when the command may have had more to do.
std::string RestOf(const Repeat& repeat);

// Remembers how a write is repeated whose outcome is unknown.
void SetUnknownOutcome(absl::Status& status, const Repeat& repeat);
// Whether a write that failed like this may have happened nevertheless.
bool OutcomeUnknown(const absl::Status& status);

// Where lotctl calls, and how it shows who it is, as far as advice depends on it.
struct Endpoint {
  std::string address;
  bool tls = false;
  bool certificate = false;
};

ExitCode ExitCodeOf(const absl::Status& status);
// Reason, message, facts, problems and what to do, on standard error.
void PrintFailure(const absl::Status& status, const Endpoint& endpoint, const Terminal& terminal);

}  // namespace lots::ctl
