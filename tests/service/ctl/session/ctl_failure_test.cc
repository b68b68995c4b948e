// How lotctl fails: exit codes, and what stands on standard error.
#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <sstream>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "lots/v1/errors.pb.h"
#include "service/ctl/run.h"
#include "service/ctl/session/failure.h"

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

std::string Printed(const absl::Status& status) {
  std::ostringstream out;
  std::ostringstream err;
  PrintFailure(status, "localhost:50051", {.out = out, .err = err});
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

TEST(Failures, GarbageInTheDetailsIsNoReason) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::NOT_FOUND, "no such lot", "\xFF\x01"));
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_THAT(Printed(status), HasSubstr("NOT_FOUND: no such lot"));
}

TEST(Failures, AnUnknownOutcomeCanBeRepeated) {
  absl::Status status = FromGrpc(grpc::Status(grpc::UNAVAILABLE, "connection lost"));
  ASSERT_TRUE(OutcomeUnknown(status));
  SetUnknownOutcome(status, "req-7");
  EXPECT_THAT(Printed(status), HasSubstr("--request-id req-7"));
  EXPECT_THAT(Printed(status), HasSubstr("is lotd running at localhost:50051?"));
  EXPECT_FALSE(OutcomeUnknown(FromGrpc(grpc::Status(grpc::NOT_FOUND, "x"))));
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
           {"lot", "get", "no-lot"},
           {"lot", "list", "--limit", "-1"},
           {"lot", "list", "--output", "xml"},
           {"lot", "update", "pump/SN-1"},
           {"stock", "move", "theft", "pump/SN-1"},
           {"stock", "move"},
           {"work-order", "complete"},
           {"work-order", "complete", "WO-1", "--accept", "late"},
           {"work-order", "complete", "--file", "/does/not/exist.json"},
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
                                             {"location", "upsert"},
                                             {"location", "list"},
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
