// What callers get to see of refusals and errors.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/error_details.h"
#include "lots/v1/stock.pb.h"
#include "service/base/problems.h"
#include "service/base/server_limits.h"
#include "service/base/status.h"
#include "storage/base/limits.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"

namespace lots {
namespace {

template <class Detail>
std::vector<Detail> DetailsOf(const grpc::Status& status) {
  google::rpc::Status message;
  grpc::ExtractErrorDetails(status, &message);
  std::vector<Detail> details;
  for (const google::protobuf::Any& any : message.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) details.push_back(detail);
  }
  return details;
}

Problem NotEnough(int index, const std::string& message) {
  return {Reason::kNotEnough,
          Indexed("movements", index, "quantity"),
          message,
          {{"available", "4"}, {"needed", "6"}}};
}

// As gRPC writes it into the trailers: details in base64, text percent-encoded.
size_t TrailerBytes(const grpc::Status& status) {
  size_t text = 0;
  for (const unsigned char c : status.error_message()) text += c < 0x20 || c > 0x7E ? 3 : 1;
  return text + (status.error_details().size() + 2) / 3 * 4;
}

TEST(Outcome, OfSuccessIsOk) {
  const Outcome outcome = OutcomeOf(absl::OkStatus());

  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.reason, "");
}

TEST(Outcome, OfARefusalHasTheReasonTheFactsAndTheProblem) {
  const Outcome outcome = OutcomeOf(Refuse(NotEnough(3, "only 4 there")));

  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(outcome.status.error_message(), "only 4 there");
  EXPECT_EQ(outcome.reason, "NOT_ENOUGH");
  const auto infos = DetailsOf<google::rpc::ErrorInfo>(outcome.status);
  ASSERT_EQ(infos.size(), 1u);
  EXPECT_EQ(infos[0].domain(), "lots");
  EXPECT_EQ(infos[0].reason(), "NOT_ENOUGH");
  EXPECT_EQ(infos[0].metadata().at("available"), "4");
  const auto failures = DetailsOf<google::rpc::PreconditionFailure>(outcome.status);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].violations(0).subject(), "movements[3].quantity");
  const auto lists = DetailsOf<v1::ProblemList>(outcome.status);
  ASSERT_EQ(lists.size(), 1u);
  EXPECT_EQ(lists[0].problem_count(), 1);
  EXPECT_EQ(lists[0].problems(0).reason(), v1::ERROR_REASON_NOT_ENOUGH);
  EXPECT_EQ(lists[0].problems(0).facts().at("needed"), "6");
}

TEST(Outcome, OfABadFieldNamesIt) {
  const Outcome outcome = OutcomeOf(Refuse(FieldInvalid("lot.number", "x", "is too short")));

  const auto bad_requests = DetailsOf<google::rpc::BadRequest>(outcome.status);
  ASSERT_EQ(bad_requests.size(), 1u);
  EXPECT_EQ(bad_requests[0].field_violations(0).field(), "lot.number");
}

TEST(Outcome, OfWhatIsMissingOrTakenNamesTheResource) {
  const Problem missing{
      Reason::kLocationNotFound, "", "no location \"dock\"", {{"location_id", "dock"}}};

  const auto infos = DetailsOf<google::rpc::ResourceInfo>(OutcomeOf(Refuse(missing)).status);

  ASSERT_EQ(infos.size(), 1u);
  EXPECT_EQ(infos[0].resource_type(), "lots.v1.Location");
  EXPECT_EQ(infos[0].resource_name(), "dock");
}

TEST(Outcome, OnlyWhatPassesMayBeRepeated) {
  const auto may = [](const absl::Status& status) {
    return !DetailsOf<google::rpc::RetryInfo>(OutcomeOf(status).status).empty();
  };

  EXPECT_TRUE(may(absl::UnavailableError("connection lost")));
  EXPECT_TRUE(may(absl::AbortedError("deadlock")));
  EXPECT_TRUE(may(Refuse({Reason::kServerBusy, "", "busy", {}})));
  EXPECT_TRUE(may(Refuse({Reason::kCallerLimit, "", "too much", {}})));
  EXPECT_FALSE(may(Refuse({Reason::kEtagMismatch, "", "stale", {}})));
  EXPECT_FALSE(may(Refuse(NotEnough(0, "only 4 there"))));
}

TEST(Outcome, ARefusalThatKnowsWhenToRepeatSaysSo) {
  const auto delay = [](const Facts& facts) {
    const Outcome outcome = OutcomeOf(Refuse({Reason::kCallerLimit, "", "too much", facts}));
    return DetailsOf<google::rpc::RetryInfo>(outcome.status).at(0).retry_delay();
  };

  EXPECT_EQ(delay({{"retry_ms", "1250"}}).seconds(), 1);
  EXPECT_EQ(delay({{"retry_ms", "1250"}}).nanos(), 250'000'000);
  EXPECT_EQ(delay({}).nanos(), 200'000'000);
}

// Clients drop answers whose trailers exceed 8 KiB.
TEST(Outcome, ManyLongProblemsStayUnderEightKibibytes) {
  for (const char* letter : {"a", "ä", "漢"}) {
    std::string long_text;
    for (int i = 0; i < 2'000; ++i) long_text += letter;
    std::vector<Problem> problems;
    for (int i = 0; i < 5'000; ++i) {
      problems.push_back(NotEnough(i, long_text));
      problems.back().facts.emplace_back("number", long_text);
    }

    const grpc::Status status = OutcomeOf(Refuse(problems)).status;

    EXPECT_LT(TrailerBytes(status), 8'192u - 512u);
    const auto lists = DetailsOf<v1::ProblemList>(status);
    ASSERT_EQ(lists.size(), 1u);
    EXPECT_EQ(lists[0].problem_count(), 5'000);
    EXPECT_GE(lists[0].problems_size(), 1);
    EXPECT_EQ(DetailsOf<google::rpc::ErrorInfo>(status)[0].metadata().at("problem_count"), "5000");
  }
}

TEST(Outcome, ShortProblemsAreShownUpToTwenty) {
  std::vector<Problem> problems;
  for (int i = 0; i < 30; ++i) problems.push_back(NotEnough(i, "only 4 there"));

  const auto lists = DetailsOf<v1::ProblemList>(OutcomeOf(Refuse(problems)).status);

  EXPECT_EQ(lists[0].problems_size(), kProblemsShownMax);
  EXPECT_EQ(lists[0].problems(19).field(), "movements[19].quantity");
}

TEST(Outcome, DatabaseErrorsKeepTheirTextToThemselves) {
  const std::string sql = "relation \"secret_table\" SELECT password";
  const struct {
    absl::Status status;
    grpc::StatusCode code;
    absl::string_view reason;
  } kCases[] = {
      {absl::AbortedError(sql), grpc::StatusCode::ABORTED, "TRANSACTION_CONFLICT"},
      {absl::UnavailableError(sql), grpc::StatusCode::UNAVAILABLE, "DATABASE_UNAVAILABLE"},
      {absl::UnknownError(sql), grpc::StatusCode::UNAVAILABLE, "DATABASE_UNAVAILABLE"},
      {absl::DeadlineExceededError(sql), grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"},
      {absl::CancelledError(sql), grpc::StatusCode::CANCELLED, "CANCELLED"},
      {absl::InternalError(sql), grpc::StatusCode::INTERNAL, "INTERNAL"},
      {absl::FailedPreconditionError(sql), grpc::StatusCode::INTERNAL, "INTERNAL"},
      {absl::AlreadyExistsError(sql), grpc::StatusCode::INTERNAL, "INTERNAL"},
      {absl::InvalidArgumentError(sql), grpc::StatusCode::INTERNAL, "INTERNAL"},
  };
  for (const auto& test : kCases) {
    const Outcome outcome = OutcomeOf(test.status);
    EXPECT_EQ(outcome.status.error_code(), test.code) << test.status;
    EXPECT_EQ(outcome.reason, test.reason) << test.status;
    const std::string all = outcome.status.error_message() + outcome.status.error_details();
    EXPECT_EQ(all.find("secret_table"), std::string::npos) << test.status;
    EXPECT_NE(outcome.internal_text.find("secret_table"), std::string::npos) << test.status;
  }
}

TEST(Outcome, AnInternalErrorCanBeFoundInTheLog) {
  const Outcome outcome = OutcomeOf(absl::InternalError("broken"));

  EXPECT_EQ(outcome.error_id.size(), 36u);
  const auto infos = DetailsOf<google::rpc::ErrorInfo>(outcome.status);
  EXPECT_EQ(infos[0].metadata().at("error_id"), outcome.error_id);
}

TEST(CodeName, IsWrittenAsInGo) {
  EXPECT_EQ(CodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeName(grpc::StatusCode::INVALID_ARGUMENT), "InvalidArgument");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAUTHENTICATED), "Unauthenticated");
}

TEST(AddProblems, AnAnswerSaysHowManyMoreThereAre) {
  std::vector<Problem> problems;
  for (int i = 0; i < 20'000; ++i) {
    problems.push_back(FieldInvalid(Indexed("movements", i, "quantity"), "x",
                                    std::string(kErrorTextBytesMax, 'x')));
  }
  v1::RecordMovementsResponse response;

  AddProblems(problems, response);

  EXPECT_LE(response.ByteSizeLong(), kAnswerBytesMax);
  const v1::Problem& last = response.problems(response.problems_size() - 1);
  EXPECT_EQ(last.facts().at("problem_count"), "20000");
  EXPECT_EQ(last.message().find(absl::StrCat(problems.size() - response.problems_size() + 1)), 0u);
}

}  // namespace
}  // namespace lots
