// The whole of lotctl: the global flags, the groups of commands, and the run of the one that the
// command line names.
#include "service/ctl/run.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/ctl/commands/commands.h"
#include "service/ctl/commands/orders/orders.h"
#include "service/ctl/manual/completion.h"
#include "service/ctl/manual/page.h"
#include "service/ctl/quality/quality.h"
#include "service/ctl/session/session.h"

namespace lots::ctl {
namespace {

constexpr const char* kDescription[] = {
    "lotctl is the API of lotd for a person. A lot is named by its number where one product has it "
    "(SN-1), as PRODUCT/NUMBER (pump/SN-1), or by its UUID. A number may have a slash (2026/0815): "
    "where there is no such PRODUCT/NUMBER, all of it is the number.",
    "Answers go to standard output; errors, hints and progress go to standard error. With --output "
    "json every answer is one line of proto3 JSON. An empty list says so on standard error.",
    "With --company - a list is of every company that the caller may read, and names the company "
    "of each row.",
    "Days and times are those of the company's time zone. A day alone means all of it: --since "
    "2026-05-01 begins with it, --until 2026-05-01 and --as-of 2026-05-01 end with it. Times are "
    "shown with their offset. With --company - a day of --since and --until is that of each "
    "company, and other times name their offset.",
    "Tables fit the terminal: columns that do not are left out, and standard error says which; "
    "--wide shows everything. Texts go on in the next line, at a space; numbers and ids are never "
    "broken, so a long one may make its line longer than the terminal. Where standard output is no "
    "terminal, tables are complete and plain.",
    "A write that was interrupted, or whose answer was lost, says the command that repeats it: "
    "with "
    "the same --request-id it happens once."};

constexpr const char* kExamples[] = {
    "lotctl server ping", "lotctl settings update --company acme",
    "lotctl lot list --company acme --product pump",
    "lotctl trace upstream pump/SN-1 --company acme --output json"};

// The variables that belong to no flag.
const Term kVariables[] = {
    {"LOTS_TOKEN", "The token that says who calls, itself; --token names a file instead."},
    {"NO_COLOR", "With any value: no colours."},
    {"TERM", "With the value dumb: no colours."},
    {"TZDIR", "Where the time zones are, if not where the system has them."},
    {"TRACEPARENT, TRACESTATE",
     "The trace that the calls belong to, as OpenTelemetry hands it to programs."}};

std::string Footer() {
  std::string text =
      "Lots are named by number, as PRODUCT/NUMBER or as UUID: SN-1, pump/SN-1. `lotctl manual | "
      "man -l -`\nshows the whole manual.\n\nExit codes:\n";
  for (const ExitText& exit : kExitTexts) {
    absl::StrAppend(&text, "  ", exit.code, "  ", exit.text, "\n");
  }
  absl::StrAppend(&text, "\nExamples:");
  for (const char* example : kExamples) absl::StrAppend(&text, "\n  ", example);
  return text;
}

void DeclareAccess(Command& program, AccessOptions& access) {
  program
      .Add("--token", access.token,
           "file with the token that says who calls; else LOTS_TOKEN, the token itself")
      .File();
  program.AddSwitch("--tls", access.tls, "TLS, with the authorities that this machine trusts");
  program.Add("--tls-ca", access.ca, "TLS, with the authorities of this PEM file")
      .File()
      .Environment("LOTS_TLS_CA");
  program
      .Add("--tls-certificate", access.certificate,
           "PEM file with the certificate that says who calls")
      .File()
      .Environment("LOTS_CLIENT_CERTIFICATE");
  program.Add("--tls-key", access.key, "PEM file with the certificate's key")
      .File()
      .Environment("LOTS_CLIENT_KEY");
}

void DeclareGlobals(Command& program, GlobalOptions& options, std::string& output) {
  program.Add("--address", options.address, "where lotd listens, as host:port or unix:/path")
      .Environment("LOTS_ADDRESS")
      .NotEmpty("is empty; it is a host:port or unix:path")
      .ShowDefault();
  program.Add("--company", options.company, "the company; default: your only one")
      .Environment("LOTS_COMPANY");
  program.Add("--output", output, "table or json").OneOf({"table", "json"}).ShowDefault();
  program.AddSwitch("--wide", options.wide, "whole tables, however narrow the terminal is");
  program.Add("--timeout", options.timeout_seconds, "seconds that one call may take, at most 300")
      .Positive()
      .AtMost(kTimeoutSecondsMax, "no call takes longer than 5 minutes")
      .ShowDefault();
  program.Add("--actor", options.actor, "who is acting, for the history").Environment("LOTS_ACTOR");
  program.Add("--request-id", options.request_id,
              "makes repeating a write harmless; default: a fresh UUID");
  DeclareAccess(program, options.access);
}

void DeclareGroups(Command& program, Work& chosen) {
  AddLotCommands(program, chosen);
  AddProductCommands(program, chosen);
  AddLocationCommands(program, chosen);
  AddSettingsCommands(program, chosen);
  AddStockCommands(program, chosen);
  AddWorkOrderCommands(program, chosen);
  AddUnitCommands(program, chosen);
  AddTraceCommands(program, chosen);
  AddRecallCommands(program, chosen);
  AddHoldGroup(program, chosen);
  AddInspectCommands(program, chosen);
  AddAuditCommands(program, chosen);
  AddImportCommands(program, chosen);
  AddServerCommands(program, chosen);
}

// The commands that tell about the program and ask no server.
struct AboutOptions {
  std::string shell;
  bool wants_manual = false;
  bool wants_completion = false;
};

void DeclareAbout(Command& program, AboutOptions& options) {
  program.AddCommand("manual", "Prints the manual page, for man -l", "Examples:\n  lotctl manual",
                     [&options] { options.wants_manual = true; });
  Command completion = program.AddCommand(
      "completion", "Prints the completions of a shell",
      "Examples:\n  source <(lotctl completion bash)\n  lotctl completion fish | source",
      [&options] { options.wants_completion = true; });
  completion.Add("shell", options.shell, "the shell").OneOf({"bash", "zsh", "fish"}).Required();
}

void PrintManual(const CommandLine& line, absl::string_view version, std::ostream& out) {
  ManualText text{.version = std::string(version),
                  .description = {std::begin(kDescription), std::end(kDescription)},
                  .variables = {std::begin(kVariables), std::end(kVariables)}};
  for (const ExitText& exit : kExitTexts) {
    text.exit_codes.push_back({absl::StrCat(exit.code), exit.text});
  }
  WriteManualPage(line.Describe(), text, out);
}

Endpoint EndpointOf(const GlobalOptions& options) {
  const AccessOptions& access = options.access;
  const bool has_certificate = !access.certificate.empty();
  return {.address = options.address,
          .tls = access.tls || has_certificate || !access.ca.empty(),
          .certificate = has_certificate};
}

int Perform(const GlobalOptions& options, const Work& work, Terminal terminal) {
  if (options.wide) terminal.columns = 0;
  const absl::StatusOr<Access> access = OpenAccess(options.access, options.address);
  absl::Status status = access.status();
  if (status.ok()) {
    Session session(options, terminal, *access);
    session.progress().Start("waiting for lotd", 0);
    status = session.VerdictOf(work(session));
  }
  if (!status.ok()) PrintFailure(status, EndpointOf(options), terminal);
  return ExitCodeOf(status);
}

}  // namespace

int Run(const std::vector<std::string>& arguments, absl::string_view version,
        const Terminal& terminal) {
  const std::string footer = Footer();
  CommandLine line("lotctl", "lotctl: every lot and serial number, from the terminal",
                   footer.c_str(), absl::StrCat("lotctl ", version));
  GlobalOptions options;
  options.arguments = arguments;
  std::string output = "table";
  Work chosen;
  AboutOptions about;
  Command program = line.program();
  DeclareGlobals(program, options, output);
  DeclareGroups(program, chosen);
  DeclareAbout(program, about);
  if (const std::optional<int> code = line.Parse(arguments, terminal)) return *code;
  options.json = output == "json";
  if (about.wants_manual) PrintManual(line, version, terminal.out);
  if (about.wants_completion) WriteCompletion(line.Describe(), about.shell, terminal.out);
  if (chosen == nullptr) return kExitOk;
  return Perform(options, chosen, terminal);
}

}  // namespace lots::ctl
