// How lotctl fails: exit codes, and what stands on standard error.
#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "absl/strings/match.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lots/v1/errors.pb.h"
#include "service/ctl/output/show.h"
#include "service/ctl/run.h"
#include "service/ctl/session/failure.h"
#include "tests/support/base/test_folder.h"

namespace lots::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

grpc::Status RefusalOf(grpc::StatusCode code, const std::string& reason, int problem_count) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  (*info.mutable_metadata())["available"] = "4";
  (*info.mutable_metadata())["needed"] = "6";
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  v1::ProblemList list;
  list.set_problem_count(problem_count);
  for (int i = 0; i < std::min(problem_count, 2); ++i) {
    v1::Problem& problem = *list.add_problems();
    problem.set_reason(v1::ERROR_REASON_NOT_ENOUGH);
    problem.set_field("movements[0].quantity");
    problem.set_message("not enough there");
  }
  details.add_details()->PackFrom(list);
  return grpc::Status(code, "not enough", details.SerializeAsString());
}

std::string Printed(const absl::Status& status,
                    const Endpoint& endpoint = {.address = "localhost:50051"}) {
  std::ostringstream out;
  std::ostringstream err;
  PrintFailure(status, endpoint, {.out = out, .err = err});
  EXPECT_EQ(out.str(), "");
  return err.str();
}

TEST(ExitCodes, FollowWhatTheCallerCanDo) {
  struct Case {
    grpc::StatusCode code;
    ExitCode exit;
  };
  for (const Case& c :
       {Case{grpc::OK, kExitOk}, Case{grpc::INVALID_ARGUMENT, kExitRefused},
        Case{grpc::NOT_FOUND, kExitRefused}, Case{grpc::FAILED_PRECONDITION, kExitRefused},
        Case{grpc::ALREADY_EXISTS, kExitRefused}, Case{grpc::ABORTED, kExitRefused},
        Case{grpc::UNAVAILABLE, kExitUnavailable}, Case{grpc::DEADLINE_EXCEEDED, kExitUnavailable},
        Case{grpc::RESOURCE_EXHAUSTED, kExitUnavailable},
        Case{grpc::PERMISSION_DENIED, kExitForbidden}, Case{grpc::UNAUTHENTICATED, kExitForbidden},
        Case{grpc::INTERNAL, kExitInternal}, Case{grpc::UNIMPLEMENTED, kExitInternal}}) {
    EXPECT_EQ(ExitCodeOf(FromGrpc(grpc::Status(c.code, "x"))), c.exit) << c.code;
  }
  EXPECT_EQ(ExitCodeOf(UsageError("x")), kExitUsage);
  EXPECT_EQ(ExitCodeOf(Refused("x")), kExitRefused);
}

TEST(Failures, SayReasonFactsAndWhatToDo) {
  const std::string text = Printed(FromGrpc(RefusalOf(grpc::FAILED_PRECONDITION, "NOT_ENOUGH", 1)));
  EXPECT_THAT(text, HasSubstr("lotctl: NOT_ENOUGH (FAILED_PRECONDITION): not enough\n"));
  EXPECT_THAT(text, HasSubstr("  available: 4\n  needed: 6\n"));
  EXPECT_THAT(text, HasSubstr("What to do: see where it is"));
  EXPECT_THAT(text, Not(HasSubstr("problems")));
}

TEST(Failures, ListTheProblemsOfABatch) {
  const std::string text =
      Printed(FromGrpc(RefusalOf(grpc::FAILED_PRECONDITION, "NOT_ENOUGH", 25)));
  EXPECT_THAT(text, HasSubstr("25 problems, the first 2:\n"
                              "  NOT_ENOUGH  movements[0].quantity: not enough there\n"));
}

TEST(Failures, NameTheFlagOfAField) {
  google::rpc::ErrorInfo info;
  info.set_reason("FIELD_INVALID");
  (*info.mutable_metadata())["field"] = "movements[0].to_location_id";
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  EXPECT_THAT(
      Printed(FromGrpc(grpc::Status(grpc::INVALID_ARGUMENT, "x", details.SerializeAsString()))),
      HasSubstr("  field: movements[0].to_location_id (--to)\n"));
}

TEST(Failures, GarbageInTheDetailsIsNoReason) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::NOT_FOUND, "no such lot", "\xFF\x01"));
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_THAT(Printed(status), HasSubstr("NOT_FOUND: no such lot"));
}

TEST(Failures, AnUnknownOutcomeCanBeRepeated) {
  absl::Status status = FromGrpc(grpc::Status(grpc::UNAVAILABLE, "connection lost"));
  ASSERT_TRUE(OutcomeUnknown(status));
  SetUnknownOutcome(status, {.request_id = "req-7", .command = "lotctl --request-id req-7 lot …"});
  EXPECT_THAT(Printed(status), HasSubstr("Repeating it with --request-id req-7 does it once at the "
                                         "most:\n    lotctl --request-id req-7 lot …\n"));
  EXPECT_THAT(Printed(status), HasSubstr("is lotd running at localhost:50051?"));
  EXPECT_FALSE(OutcomeUnknown(FromGrpc(grpc::Status(grpc::NOT_FOUND, "x"))));
}

// What gRPC 1.51 says of connections that fail.
TEST(Failures, OnlyASilentAddressIsAskedWhetherLotdRuns) {
  const Endpoint plain{.address = "lots:50051"};
  const Endpoint tls{.address = "lots:50051", .tls = true};
  const Endpoint certified{.address = "lots:50051", .tls = true, .certificate = true};
  struct Case {
    const char* message;
    Endpoint endpoint;
    const char* advice;
  };
  for (const Case& c :
       {Case{"failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to "
             "connect to remote host: Connection refused",
             plain, "is lotd running at lots:50051?"},
        Case{"DNS resolution failed for lots:50051: C-ares status is not ARES_SUCCESS", plain,
             "the name in lots:50051 is not known here"},
        Case{"Socket closed", plain, "it may want TLS"},
        Case{"Socket closed", tls, "it may want a client certificate (--tls-certificate FILE"},
        Case{"recvmsg:Connection reset by peer", certified, "another client certificate"},
        Case{"Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version "
             "number",
             tls, "speaks no TLS"},
        Case{"Ssl handshake failed: SSL_ERROR_SSL: error:1000007d:SSL "
             "routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED",
             tls, "not from the authorities in --tls-ca"}}) {
    const std::string text =
        Printed(FromGrpc(grpc::Status(grpc::UNAVAILABLE, c.message)), c.endpoint);
    EXPECT_THAT(text, HasSubstr(c.advice)) << c.message;
    EXPECT_EQ(absl::StrContains(text, "is lotd running"), absl::StrContains(c.advice, "running"));
  }
  EXPECT_THAT(Printed(absl::UnavailableError("the server runs and does not serve")),
              Not(HasSubstr("What to do")));
}

TEST(Failures, TextOfTheServiceCannotDriveTheTerminal) {
  const std::string text = Printed(FromGrpc(grpc::Status(grpc::NOT_FOUND, "\x1b[2Jgone")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

struct Ended {
  int code;
  std::string out;
  std::string err;
};

Ended RunLine(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Run(arguments, "1.2.3", {.out = out, .err = err});
  return {code, out.str(), err.str()};
}

TEST(CommandLine, MistakesAreUsageErrorsAndSendNothing) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {},
           {"lot"},
           {"frobnicate"},
           {"lot", "frobnicate"},
           {"lot", "get"},
           {"lot", "get", "/no-lot"},
           {"lot", "list", "--limit", "-1"},
           {"lot", "list", "--output", "xml"},
           {"lot", "update", "pump/SN-1"},
           {"stock", "move", "theft", "pump/SN-1"},
           {"stock", "move"},
           {"work-order", "complete"},
           {"work-order", "complete", "WO-1", "--accept", "late"},
           {"work-order", "complete", "--file", "/does/not/exist.json"},
           {"work-order", "return", "WO-1", "--to", "RAW"},
           {"work-order", "return", "WO-1", "steel/H-1", "--everything", "--to", "RAW"},
           {"recall", "respond", "RC-1", "ACME", "--found", "3"},
           {"recall", "update", "RC-1", "--exempt", "LAB", "--no-exempt"},
           {"import", "epcis", "/does/not/exist.jsonld"},
           {"server", "ping", "--timeout", "0"}}) {
    // Were anything sent, it would end as unavailable: nobody listens there.
    std::vector<std::string> line = {"--address", "unix:/does/not/exist"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const Ended ended = RunLine(line);
    EXPECT_EQ(ended.code, kExitUsage) << testing::PrintToString(arguments) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("What to do:"));
  }
}

// Where the shell took the mark of the earlier form for itself.
TEST(CommandLine, ACompletionWritesToNoFileThatIsNamedAsAnOutput) {
  std::ostringstream err;
  const std::vector<std::string> line = {
      "--address", "unix:/does/not/exist", "work-order", "complete", "WO-7", "--finished",
      "SN-1",      "--component",          "battery/B4"};
  const auto run = [&](const std::string& out_file) {
    std::ostringstream out;
    return ctl::Run(line, "1.2.3", {.out = out, .err = err, .out_file = out_file});
  };
  EXPECT_EQ(run("/tmp/anna/0"), kExitUsage);
  EXPECT_THAT(err.str(), HasSubstr("Write ':into=0' instead"));
  for (const char* file : {"", "/tmp/anna/WO-7.txt", "/tmp/anna/0.txt"}) {
    EXPECT_EQ(run(file), kExitUnavailable) << file;
  }
}

// With a later redirection the file 0 is not what lotctl writes to.
TEST(CommandLine, ACompletionRefusesWhereAShellHasJustMadeAFileNamedAsAnOutput) {
  const TestFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(folder.Path("0")).parent_path());
  const std::vector<std::string> line = {
      "--address", "unix:/does/not/exist", "work-order", "complete", "WO-7", "--finished",
      "SN-1",      "--component",          "battery/B4"};
  EXPECT_EQ(RunLine(line).code, kExitUnavailable);
  folder.Write("1", "");
  EXPECT_EQ(RunLine(line).code, kExitUnavailable);  // there is no second output
  folder.Write("0", "kept");
  EXPECT_EQ(RunLine(line).code, kExitUnavailable);
  folder.Write("0", "");
  const Ended ended = RunLine(line);
  std::filesystem::current_path(before);
  EXPECT_EQ(ended.code, kExitUsage);
  EXPECT_THAT(ended.err, HasSubstr("empty file named 0: was '>0' meant as a part of --component?"));
}

TEST(CommandLine, ACompletionCountsTheOutputsOfItsFileToo) {
  const TestFolder folder;
  const std::string file =
      folder.Write("order.json", R"({"workOrderId":"WO-7","outputs":[{"number":"SN-1"}]})");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(file).parent_path());
  const std::vector<std::string> line = {
      "--address", "unix:/does/not/exist", "work-order", "complete", "--file",
      file,        "--component",          "battery/B4"};
  EXPECT_EQ(RunLine(line).code, kExitUnavailable);
  folder.Write("0", "");
  const Ended ended = RunLine(line);
  std::filesystem::current_path(before);
  EXPECT_EQ(ended.code, kExitUsage);
  EXPECT_THAT(ended.err, HasSubstr("empty file named 0"));
}

// A large number went round, and the call ended before it began.
TEST(CommandLine, ACallMayTakeAsLongAsLotdLetsItTake) {
  for (const char* seconds : {"301", "1e10", "inf"}) {
    const Ended ended = RunLine({"--timeout", seconds, "server", "ping"});
    EXPECT_EQ(ended.code, kExitUsage) << seconds;
    EXPECT_THAT(ended.err, HasSubstr("is above 300: no call takes longer than 5 minutes"));
  }
  EXPECT_EQ(RunLine({"--timeout", "nan", "server", "ping"}).code, kExitUsage);
  for (const char* seconds : {"0.5", "300"}) {
    EXPECT_EQ(
        RunLine({"--timeout", seconds, "--address", "unix:/does/not/exist", "server", "ping"}).code,
        kExitUnavailable);
  }
}

// What tables show can be typed where it is asked for.
TEST(CommandLine, StatesAreTypedAsTheyAreShown) {
  const auto expect_taken = [](std::vector<std::string> line, const std::string& state) {
    line.insert(line.begin(), {"--address", "unix:/does/not/exist"});
    line.insert(line.end(), {"--state", state});
    EXPECT_EQ(RunLine(line).code, kExitUnavailable) << testing::PrintToString(line);
  };
  for (const v1::LotState state :
       {v1::LOT_STATE_PLANNED, v1::LOT_STATE_ACTIVE, v1::LOT_STATE_ARCHIVED, v1::LOT_STATE_VOID}) {
    expect_taken({"lot", "list"}, Show(state));
  }
  for (int i = 1; i < v1::WorkOrderState_descriptor()->value_count(); ++i) {
    expect_taken({"work-order", "list"}, Show(static_cast<v1::WorkOrderState>(i)));
  }
}

// Each was taken, or answered with words of the parser.
TEST(CommandLine, MistakesAreSaidInTheCallersWords) {
  struct Case {
    std::vector<std::string> arguments;
    const char* said;
  };
  for (const Case& c : std::vector<Case>{
           {{"lot", "create", "pump", ""}, "number: is empty: leave it out for the next number"},
           {{"lot", "create", "pump", "-5"}, "'-5' looks like a flag"},
           {{"lot", "create", "pump", "--count", "-5"}, "--count: '-5' is not above 0"},
           {{"lot", "create", "pump", "--count", "many"}, "--count: 'many' is no whole number"},
           {{"lot", "list", "--limit", "-1"}, "--limit: '-1' is below 0"},
           {{"server", "ping", "--timeout", "soon"}, "--timeout: 'soon' is no number"},
           {{"lot", "split", "soup/S-9", "=0,5", "--from", "RAW"}, "decimals follow a point"},
           {{"stock", "move", "transfer", "steel/H-1=1e3", "--to", "HALL"}, "write it out"},
           {{"lot", "create", "steel", "H-1", "--quantity", "0,5"}, "--quantity: '0,5' is no"},
           {{"lot", "create", "pump", "=0,5"}, "'0,5' is no quantity, and a new number does not"},
           {{"lot", "create", "pump", "A", "=5"}, "'5' is no quantity, and a new number does not"},
           {{"lot", "create", "pump", "--count", "2", "--first", "=1"}, "does not begin with '='"},
           {{"lot", "relabel", "steel/H-1", "--from", "HALL", "--number", "=1"}, "does not begin"},
           {{"work-order", "assign", "WO-7", "=1"}, "a new number does not begin with '='"},
           {{"stock", "move", "transfer", "steel/H-1=1", "--from", "", "--to", "HALL"},
            "--from: is empty"},
           {{"stock", "move", "transfer", "steel/H-1=1", "--at", "yesterday"},
            "--at: 'yesterday' is no date"},
           {{"lot", "create", "steel", "H-1", "--expires", "31.12.2026"},
            "--expires: '31.12.2026' is no date"},
           {{"lot", "list", "--state", "lost"}, "--state: lost not in {planned,active"},
           {{"--tls-certificate", "/none.pem", "--tls-key", "/none.key", "server", "ping"},
            "--tls-certificate: cannot read /none.pem: No such file or directory"}}) {
    std::vector<std::string> line = {"--address", "unix:/does/not/exist"};
    line.insert(line.end(), c.arguments.begin(), c.arguments.end());
    const Ended ended = RunLine(line);
    EXPECT_EQ(ended.code, kExitUsage) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(c.said));
    EXPECT_THAT(ended.err, Not(HasSubstr("179769")));
  }
  // What follows "--" is no flag.
  EXPECT_EQ(
      RunLine({"--address", "unix:/does/not/exist", "lot", "create", "pump", "--", "-5"}).code,
      kExitUnavailable);
}

TEST(CommandLine, AFileIsToldItsLineAndItsKey) {
  const TestFolder folder;
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& c :
       {Case{"{\"productId\": \"pump\",\n \"lots\": [\n  {\"numbr\": \"A\"}]}",
             "lots.json, line 3: NewLot has no field 'numbr'; its fields are number, "},
        Case{"{\"productId\": \"pump\",\n}", "lots.json, line 2: a key in quotes is expected"},
        Case{"{\"productId\": \"pump\"\n\"lots\": []}", "line 2: ',' or '}' is expected"},
        Case{"{\"productId\": \"pump", "line 1: a quote is not closed"},
        Case{"", "line 1: a value is expected"},
        Case{"{\"count\": \"many\"}", "lots.json is no BatchCreateLotsRequest"}}) {
    const Ended ended = RunLine({"--address", "unix:/does/not/exist", "lot", "create", "--file",
                                 folder.Write("lots.json", c.text)});
    EXPECT_EQ(ended.code, kExitUsage) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(c.said));
  }
  // Keys of maps and of protobuf's own messages are free.
  const std::string good =
      folder.Write("lots.json", R"({"product_id": "pump", "lots": [{"number": "A", "attributes":
                       {"colour": {"text": "{\"blue\"}"}}, "expireDate": {"year": 2030}}]})");
  EXPECT_EQ(RunLine({"--address", "unix:/does/not/exist", "lot", "create", "--file", good}).code,
            kExitUnavailable);
}

TEST(CommandLine, EarlierFlagsWorkAndAreNotShown) {
  const Ended ended =
      RunLine({"--address", "unix:/does/not/exist", "lot", "list", "--created-before",
               "2026-01-01T00:00:00Z", "--expires-before", "2026-01-01"});
  EXPECT_EQ(ended.code, kExitUnavailable) << ended.err;
  EXPECT_THAT(RunLine({"lot", "list", "--help"}).out,
              testing::AllOf(HasSubstr("--until"), Not(HasSubstr("-before"))));
}

TEST(CommandLine, AnAddressIsNotEmpty) {
  EXPECT_EQ(RunLine({"--address", "", "server", "ping"}).code, kExitUsage);
}

TEST(CommandLine, AMisspeltCommandIsNamed) {
  EXPECT_THAT(RunLine({"lot", "frobnicate"}).err, HasSubstr("'frobnicate'"));
}

TEST(CommandLine, NobodyThereIsUnavailable) {
  const Ended ended = RunLine({"--address", "unix:/does/not/exist", "server", "ping"});
  EXPECT_EQ(ended.code, kExitUnavailable);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("UNAVAILABLE"));
}

TEST(CommandLine, EveryCommandHasHelpWithExamples) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"lot", "create"},
                                             {"lot", "get"},
                                             {"lot", "find"},
                                             {"lot", "list"},
                                             {"lot", "update"},
                                             {"lot", "archive"},
                                             {"lot", "unarchive"},
                                             {"lot", "delete"},
                                             {"lot", "locations"},
                                             {"lot", "history"},
                                             {"lot", "summary"},
                                             {"lot", "preview"},
                                             {"product", "upsert"},
                                             {"product", "get"},
                                             {"product", "list"},
                                             {"product", "retire"},
                                             {"location", "upsert"},
                                             {"location", "get"},
                                             {"location", "list"},
                                             {"location", "retire"},
                                             {"lot", "warranty"},
                                             {"lot", "extend-warranty"},
                                             {"settings", "get"},
                                             {"settings", "update"},
                                             {"stock", "move"},
                                             {"stock", "list"},
                                             {"stock", "suggest"},
                                             {"stock", "reverse"},
                                             {"stock", "movements"},
                                             {"work-order", "assign"},
                                             {"work-order", "cancel"},
                                             {"work-order", "complete"},
                                             {"work-order", "get"},
                                             {"work-order", "list"},
                                             {"work-order", "unassign"},
                                             {"lot", "reverse"},
                                             {"work-order", "reverse"},
                                             {"work-order", "disassemble"},
                                             {"trace", "upstream"},
                                             {"trace", "downstream"},
                                             {"import", "epcis"},
                                             {"server", "ping"}}) {
    const Ended ended = RunLine({command[0], command[1], "--help"});
    EXPECT_EQ(ended.code, kExitOk) << testing::PrintToString(command);
    EXPECT_THAT(ended.out, HasSubstr("Examples:\n  lotctl " + command[0] + " " + command[1]));
    EXPECT_EQ(ended.err, "");
  }
}

TEST(CommandLine, SaysItsVersion) { EXPECT_EQ(RunLine({"--version"}).out, "lotctl 1.2.3\n"); }

}  // namespace
}  // namespace lots::ctl
