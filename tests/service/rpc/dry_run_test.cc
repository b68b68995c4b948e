// validate_only: a dry run of each method that writes changes nothing, and agrees with the real
// call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "lots/v1/lot.grpc.pb.h"
#include "storage/lots/lists/list.h"
#include "tests/support/server/test_server.h"
#include "tests/support/story/story.h"
#include "tests/support/story/tenants.h"
#include "tests/support/world/world.h"

namespace lots {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::IsEmpty;
using testing::Not;

constexpr char kNobodys[] = "01890000-0000-7000-8000-000000000000";

std::set<std::string> MethodsThatWrite(const Neighbourhood& street) {
  std::set<std::string> methods;
  for (const auto& [name, method] : street.methods()) {
    if (street.Writes(name)) methods.insert(name);
  }
  return methods;
}

TEST(DryRunTest, EveryWriteHasValidateOnlyAndAnswersProblems) {
  const Neighbourhood street({"own"});
  for (const auto& [name, method] : street.methods()) {
    SCOPED_TRACE(name);
    const Descriptor& request = *method->input_type();
    const FieldDescriptor* const dry = request.FindFieldByName("validate_only");
    EXPECT_EQ(dry != nullptr, request.FindFieldByName("request_id") != nullptr);
    if (dry == nullptr) continue;
    EXPECT_EQ(dry->type(), FieldDescriptor::TYPE_BOOL);
    const FieldDescriptor* const problems = method->output_type()->FindFieldByName("problems");
    ASSERT_NE(problems, nullptr);
    EXPECT_TRUE(problems->is_repeated());
    EXPECT_EQ(problems->message_type()->full_name(), "lots.v1.Problem");
  }
}

// A call of the story, under a request id.
struct StoryCall {
  std::string method;
  std::string request;
  std::string request_id;
};

// The story of one company, in which each call that writes is tried as a dry run first.
class DryRuns {
 public:
  void Play() {
    street_.Play([this](const StoryStep& step, const Tenant& tenant) {
      SCOPED_TRACE(absl::StrCat(step.method, ": ", step.request));
      TryAgain();
      last_.reset();
      if (!street_.Writes(step.method)) return;
      const StoryCall call{step.method, Filled(step.request, tenant.names),
                           absl::StrCat("step ", tenant.answers.size())};
      Rehearse(call);
      Refuse({call.method, call.request, std::string(65, 'x')});
      RefuseUsedId(call);
      RefuseNobodys(step, tenant);
      last_ = call;
    });
  }

  const std::set<std::string>& rehearsed() const { return rehearsed_; }
  const std::set<std::string>& refused() const { return refused_; }
  Neighbourhood& street() { return street_; }

 private:
  Neighbourhood::Answer Ask(const StoryCall& call) {
    return street_.Ask(call.method, call.request, "own", call.request_id);
  }
  Neighbourhood::Answer AskDry(const StoryCall& call) {
    const std::string before = street_.database().AllRows();
    const auto answer =
        Ask({call.method, absl::StrCat(call.request, " validate_only: true"), call.request_id});
    EXPECT_EQ(street_.database().AllRows(), before) << answer.text;
    EXPECT_EQ(answer.code, grpc::StatusCode::OK) << answer.text;
    return answer;
  }

  // The call is about to succeed.
  void Rehearse(const StoryCall& call) {
    EXPECT_THAT(AskDry(call).problems, IsEmpty());
    rehearsed_.insert(call.method);
  }

  // A call that is refused, for the problems of its dry run.
  void Refuse(const StoryCall& call) {
    const auto real = Ask(call);
    ASSERT_NE(real.code, grpc::StatusCode::OK) << real.text;
    ASSERT_THAT(real.problems, Not(IsEmpty())) << real.text;
    EXPECT_EQ(AskDry(call).problems, real.problems);
    refused_.insert(call.method);
  }

  void RefuseUsedId(const StoryCall& call) {
    if (used_id_.empty()) return;
    Refuse({call.method, call.request, used_id_});
  }

  void RefuseNobodys(const StoryStep& step, const Tenant& tenant) {
    for (const IdPlace& place : IdPlacesIn(step.request, tenant.names)) {
      Refuse({step.method, FilledBut(step.request, tenant.names, place, kNobodys), "nobody's"});
    }
  }

  // The last call once more: under its own id a dry run agrees with the repeat, and under another
  // id many calls are refused now.
  void TryAgain() {
    if (!last_.has_value()) return;
    used_id_ = last_->request_id;
    const auto dry = AskDry(*last_);
    EXPECT_THAT(dry.problems, IsEmpty()) << dry.text;
    const auto repeat = Ask(*last_);
    EXPECT_EQ(repeat.code, grpc::StatusCode::OK) << repeat.text;
    if (!HasOwnDryRun(last_->method)) {
      EXPECT_EQ(dry.text, repeat.text);
    }
    const StoryCall anew{last_->method, last_->request, "anew"};
    if (!AskDry(anew).problems.empty()) Refuse(anew);
  }

  // Their dry runs answer problems and nothing else.
  static bool HasOwnDryRun(const std::string& method) {
    return method == "LotService.BatchCreateLots" || method == "StockService.RecordMovements" ||
           method == "WorkOrderService.CompleteWorkOrder";
  }

  Neighbourhood street_{{"own"}};
  std::optional<StoryCall> last_;
  std::string used_id_;  // of a call that was made
  std::set<std::string> rehearsed_, refused_;
};

TEST(DryRunTest, EveryWriteIsTriedWithoutATraceAndAgreesWithTheRealCall) {
  DryRuns runs;

  ASSERT_NO_FATAL_FAILURE(runs.Play());

  EXPECT_EQ(runs.rehearsed(), MethodsThatWrite(runs.street()));
  EXPECT_EQ(runs.refused(), MethodsThatWrite(runs.street()));
}

class DryRunOfACall : public testing::Test {
 protected:
  v1::CreateLotRequest NewSalt(const std::string& request_id, const std::string& number) {
    v1::CreateLotRequest request;
    request.set_company("acme");
    request.set_request_id(request_id);
    request.mutable_lot()->set_product_id("salt");
    request.mutable_lot()->set_number(number);
    request.set_validate_only(true);
    return request;
  }
  v1::Lot Create(const v1::CreateLotRequest& request) {
    v1::Lot lot;
    const grpc::Status status = Send(*stub_, &v1::LotService::Stub::CreateLot, request, lot);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return lot;
  }

  const TestServer server_;
  World world_{server_.database()};
  const std::unique_ptr<v1::LotService::Stub> stub_ = server_.NewStub<v1::LotService>();
};

TEST_F(DryRunOfACall, AnswersWhatWouldBe) {
  v1::CreateLotRequest request = NewSalt("one", "S-1");
  request.set_opening_quantity("5");
  request.set_opening_location_id("stock");

  const v1::Lot lot = Create(request);

  EXPECT_EQ(lot.number(), "S-1");
  EXPECT_EQ(lot.on_hand_quantity(), "5.000");
  EXPECT_THAT(lot.problems(), IsEmpty());
  EXPECT_THAT(world_.List({}), IsEmpty());
}

TEST_F(DryRunOfACall, IsNotCountedAsDone) {
  Create(NewSalt("one", "S-1"));
  EXPECT_EQ(server_.Metric("lots_created_total{tracking=\"lot\"}"), 0);

  v1::CreateLotRequest real = NewSalt("one", "S-1");
  real.set_validate_only(false);
  Create(real);
  EXPECT_EQ(server_.Metric("lots_created_total{tracking=\"lot\"}"), 1);

  int dry = 0;
  for (const std::string& line : server_.LogLines())
    dry += absl::StrContains(line, "validate_only");
  EXPECT_EQ(dry, 1);
}

TEST_F(DryRunOfACall, TellsEveryProblemOfTheFieldsAtOnce) {
  v1::CreateLotRequest request = NewSalt("", "S-1");
  request.set_opening_quantity("much");
  request.set_opening_location_id("stock");

  const v1::Lot refused = Create(request);

  ASSERT_EQ(refused.problems_size(), 2);
  EXPECT_EQ(refused.problems(0).field(), "request_id");
  EXPECT_EQ(refused.problems(1).field(), "opening_quantity");
  EXPECT_EQ(refused.lot_id(), "");
}

// What the call path refuses is no problem of the request.
TEST_F(DryRunOfACall, ACompanyThatMayNotBeChosenIsAnError) {
  v1::CreateLotRequest request = NewSalt("one", "S-1");
  request.set_company("-");
  v1::Lot lot;
  EXPECT_EQ(ReasonOf(Send(*stub_, &v1::LotService::Stub::CreateLot, request, lot)),
            "FIELD_INVALID");
}

}  // namespace
}  // namespace lots
