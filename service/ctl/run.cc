// The whole of lotctl: the global flags, the groups of commands, and the run of the one that the
// command line names.
#include "service/ctl/run.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {
namespace {

constexpr char kFooter[] =
    "Lots are named as UUID or PRODUCT/NUMBER, as pump/SN-1. Answers go to standard output, "
    "errors\n"
    "and progress to standard error. With --output json every answer is one line of proto3 JSON.\n"
    "\n"
    "Exit codes: 0 done; 1 refused, the error says why; 2 the command line or a file makes no\n"
    "sense; 3 not reachable, too slow or too busy, try again; 4 not allowed; 5 a bug.\n"
    "\n"
    "Examples:\n"
    "  lotctl server ping\n"
    "  lotctl settings update --company acme\n"
    "  lotctl lot list --company acme --product pump\n"
    "  lotctl trace upstream pump/SN-1 --company acme --output json";

void DeclareGlobals(Command& program, GlobalOptions& options, std::string& output) {
  program.Add("--address", options.address, "where lotd listens")
      .Environment("LOTS_ADDRESS")
      .NotEmpty("is empty; it is a host:port or unix:path")
      .ShowDefault();
  program.Add("--company", options.company, "the company; default: your only one")
      .Environment("LOTS_COMPANY");
  program.Add("--output", output, "table or json").OneOf({"table", "json"}).ShowDefault();
  program.Add("--timeout", options.timeout_seconds, "seconds that one call may take")
      .Positive()
      .ShowDefault();
  program.Add("--actor", options.actor, "who is acting, for the history").Environment("LOTS_ACTOR");
  program.Add("--token", options.access.token,
              "file with the token that says who calls; else LOTS_TOKEN, the token itself");
  program.AddSwitch("--tls", options.access.tls,
                    "TLS, with the authorities that this machine trusts");
  program.Add("--tls-ca", options.access.ca, "TLS, with the authorities of this PEM file")
      .Environment("LOTS_TLS_CA");
  program
      .Add("--tls-certificate", options.access.certificate,
           "PEM file with the certificate that says who calls")
      .Environment("LOTS_CLIENT_CERTIFICATE");
  program.Add("--tls-key", options.access.key, "PEM file with the certificate's key")
      .Environment("LOTS_CLIENT_KEY");
  program.Add("--request-id", options.request_id,
              "makes repeating a write harmless; default: a fresh UUID");
}

void DeclareGroups(Command& program, Work& chosen) {
  AddLotCommands(program, chosen);
  AddProductCommands(program, chosen);
  AddLocationCommands(program, chosen);
  AddSettingsCommands(program, chosen);
  AddStockCommands(program, chosen);
  AddWorkOrderCommands(program, chosen);
  AddTraceCommands(program, chosen);
  AddRecallCommands(program, chosen);
  AddAuditCommands(program, chosen);
  AddImportCommands(program, chosen);
  AddServerCommands(program, chosen);
}

int Perform(const GlobalOptions& options, const Work& work, const Terminal& terminal) {
  const absl::StatusOr<Access> access = OpenAccess(options.access, options.address);
  absl::Status status = access.status();
  if (status.ok()) {
    Session session(options, terminal, *access);
    session.progress().Start("waiting for lotd", 0);
    status = work(session);
  }
  if (!status.ok()) PrintFailure(status, options.address, terminal);
  return ExitCodeOf(status);
}

}  // namespace

int Run(const std::vector<std::string>& arguments, absl::string_view version,
        const Terminal& terminal) {
  CommandLine line("lotctl", "lotctl: every lot and serial number, from the terminal", kFooter,
                   absl::StrCat("lotctl ", version));
  GlobalOptions options;
  std::string output = "table";
  Work chosen;
  Command program = line.program();
  DeclareGlobals(program, options, output);
  DeclareGroups(program, chosen);
  if (const std::optional<int> code = line.Parse(arguments, terminal)) return *code;
  options.json = output == "json";
  return Perform(options, chosen, terminal);
}

}  // namespace lots::ctl
