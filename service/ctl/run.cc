#include "service/ctl/run.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

void DeclareGlobals(CLI::App& program, GlobalOptions& options, std::string& output) {
  program.add_option("--address", options.address, "where lotd listens")
      ->envname("LOTS_ADDRESS")
      ->check([](const std::string& address) {
        return std::string(address.empty() ? "is empty; it is a host:port or unix:path" : "");
      })
      ->capture_default_str();
  program.add_option("--company", options.company, "the company; default: your only one")
      ->envname("LOTS_COMPANY");
  program.add_option("--output", output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  program.add_option("--timeout", options.timeout_seconds, "seconds that one call may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  program.add_option("--actor", options.actor, "who is acting, for the history")
      ->envname("LOTS_ACTOR");
  program.add_option("--token", options.access.token,
                     "file with the token that says who calls; else LOTS_TOKEN, the token itself");
  program.add_flag("--tls", options.access.tls,
                   "TLS, with the authorities that this machine trusts");
  program.add_option("--tls-ca", options.access.ca, "TLS, with the authorities of this PEM file")
      ->envname("LOTS_TLS_CA");
  program
      .add_option("--tls-certificate", options.access.certificate,
                  "PEM file with the certificate that says who calls")
      ->envname("LOTS_CLIENT_CERTIFICATE");
  program.add_option("--tls-key", options.access.key, "PEM file with the certificate's key")
      ->envname("LOTS_CLIENT_KEY");
  program.add_option("--request-id", options.request_id,
                     "makes repeating a write harmless; default: a fresh UUID");
}

void DeclareGroups(CLI::App& program, Work& chosen) {
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

// Help and version go to standard output and end well; everything else is a usage error.
int EndOfParse(const CLI::App& program, const CLI::ParseError& error, const Terminal& terminal) {
  if (error.get_exit_code() == 0) return program.exit(error, terminal.out, terminal.err);
  // CLI11 misses the command before it looks at the word that stands in its place.
  const std::vector<std::string> unknown = program.remaining(/*recurse=*/true);
  const bool is_misspelt = error.get_name() == "RequiredError" && !unknown.empty();
  terminal.err << "lotctl: "
               << (is_misspelt ? absl::StrCat("there is no command '", unknown.front(), "'")
                               : std::string(error.what()))
               << "\n  What to do: 'lotctl --help' and 'lotctl COMMAND --help' show what is "
                  "expected.\n";
  return kExitUsage;
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

std::string CommandGroup::ExamplesOf(const char* examples) {
  std::string text = "Examples:";
  for (const absl::string_view example : absl::StrSplit(examples, '\n')) {
    absl::StrAppend(&text, "\n  lotctl ", example);
  }
  return text;
}

int Run(const std::vector<std::string>& arguments, absl::string_view version,
        const Terminal& terminal) {
  CLI::App program("lotctl: every lot and serial number, from the terminal", "lotctl");
  program.footer(kFooter);
  program.require_subcommand(1);
  program.fallthrough();
  program.set_version_flag("--version", absl::StrCat("lotctl ", version));
  GlobalOptions options;
  std::string output = "table";
  Work chosen;
  DeclareGlobals(program, options, output);
  DeclareGroups(program, chosen);
  try {
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return EndOfParse(program, error, terminal);
  }
  options.json = output == "json";
  return Perform(options, chosen, terminal);
}

}  // namespace lots::ctl
