// One history, played against one company of the server and the model at once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/api_client.h"
#include "tests/simulator/convert.h"
#include "tests/simulator/model.h"
#include "tests/simulator/names.h"
#include "tests/simulator/questions.h"
#include "tests/simulator/step.h"

namespace lots::simulator {

// What something looks like, a line a fact.
using Lines = std::vector<std::string>;

class Simulation {
 public:
  // Sets the company up.
  explicit Simulation(ApiClient& client);

  // Takes the step, and compares its answer and what it could have changed. What differs; empty:
  // nothing does.
  std::string Play(const Step& step);

  const Model& model() const { return model_; }
  // Whether the last step changed something.
  bool accepted() const { return accepted_; }
  // How many traces were small enough for every allocation to be tried.
  int bounds_tried() const { return bounds_tried_; }

  // portrait.cc: all that the server tells of the company, with symbols for ids: the same for the
  // same history, in whatever order what is independent of each other happened.
  Lines Portrait();
  // What the lot is called in it.
  std::string LotName(LotIndex lot) const;

 private:
  // simulation.cc
  template <class Request>
  void Take(const Request& request, const Step& step, const Verdict& verdict);
  template <class Response>
  void ValidateAnswer(const grpc::Status& status, const Response* response, const Verdict& verdict);
  template <class Request, class Response>
  void Remember(const Request& request, const Response& response, const Step& step,
                const Verdict& verdict);
  void LearnFrom(const v1::RecordMovementsResponse& response, int step);
  void LearnFrom(const v1::Movement& response, int step);
  void LearnFrom(const v1::HoldLotsResponse& response, int step);
  void LearnFrom(const v1::CompleteWorkOrderResponse& response, int step);
  template <class Response>
  void LearnFrom(const Response& response, int step);
  void LearnLots();
  template <class Request>
  Reply<Request> Send(Request request) {
    names_.Resolve(request);
    return client_.Send(std::move(request), now_);
  }

  // Says what differs. `what` leads the text.
  void Compare(absl::string_view what, Lines of_model, Lines of_server);
  void CompareSorted(absl::string_view what, Lines of_model, Lines of_server);
  void Expect(bool condition, absl::string_view what);

  // look.cc: what there is.
  void Look(const std::set<LotIndex>& lots);
  void LookAtHistory(LotIndex lot);
  void LookAtMovements(LotIndex lot, const v1::ListLotHistoryResponse& answer);
  void LookAtTransformations(LotIndex lot, const v1::ListLotHistoryResponse& answer);
  void LookAtPlaces(LotIndex lot);
  void LookAtOrder(const std::string& work_order);
  void LookAtStock();
  Lines HoldLines(LotIndex lot) const;
  std::string LotLine(const v1::Lot& lot) const;
  std::string PlaceLine(const v1::LotStock& stock) const;
  std::string HoldLine(const v1::Hold& hold) const;
  std::string MovementLine(const Movement& movement) const;
  std::string MovementLine(const v1::Movement& movement) const;
  std::string LotName(const std::string& lot_id) const;
  std::string TimeText(absl::Time time) const;
  std::string LotId(LotIndex lot) const;
  LotIndex LotOf(const std::string& lot_id) const;

  // look_recalls.cc
  void LookAtRecall(const Recall& recall);
  void LookAtBalances(const Recall& recall, const std::vector<v1::MassBalance>& balances);
  void LookAtMembers(const Recall& recall, const std::vector<v1::RecallLot>& lots);
  std::string ScopeText(const Recall& recall) const;
  Lines RecipientLines(const std::map<LotIndex, TracedLot>& lots, bool show_returned) const;
  std::string RecipientLine(const v1::Recipient& recipient) const;

  // portrait.cc
  void PaintLot(LotIndex lot, Lines& lines);
  void PaintRecall(const std::string& name, std::vector<LotIndex> seeds, Lines& lines);
  template <class Request>
  void PaintTrace(LotIndex lot, absl::string_view name, Lines& lines);
  v1::LotRef RefTo(LotIndex lot) const;

  // ask.cc: questions.
  void Ask(const v1::TraceUpstreamRequest& request, const Step& step);
  void Ask(const v1::TraceDownstreamRequest& request, const Step& step);
  void Ask(const v1::ListRecipientsRequest& request, const Step& step);
  void Ask(const v1::ListStockRequest& asked, const Step& step);
  void Ask(const v1::SuggestLotsRequest& request, const Step& step);
  void Ask(const LookAtAll&, const Step& step);
  template <class Request>
  void AskTrace(const Request& asked, const Step& step, Direction direction);
  template <class Request>
  Moment MomentOf(Request& request, const Step& step) const;
  std::set<LotIndex> SeedsOf(const google::protobuf::RepeatedPtrField<v1::LotRef>& refs,
                             Reasons& why) const;
  void CompareTrace(const TraceQuestion& question, const v1::TracePiece& whole,
                    const v1::TraceSummary& summary);
  void CompareLinks(const TraceQuestion& question, const std::map<LotIndex, TracedLot>& reached,
                    const v1::TracePiece& whole);
  void CompareCut(const TraceQuestion& question, const v1::TraceSummary& summary);
  void CompareBounds(const TraceQuestion& question, const v1::TracePiece& whole);
  std::string NodeLine(LotIndex lot, const TracedLot& traced, const Moment& moment) const;
  std::string NodeLine(const v1::TraceNode& node, const Moment& moment) const;
  Lines PartnerLines(LotIndex lot, const Moment& moment) const;

  const History& history() const { return model_.history(); }
  bool has_own_clock() const { return client_.clock() == Clock::kSteps; }

  ApiClient& client_;
  Model model_;
  Names names_;
  absl::Time now_;
  bool accepted_ = false;
  int bounds_tried_ = 0;
  std::string wrong_;
  std::map<std::string, std::string> answers_;  // the ids of each answer, by request_id
  std::map<int, absl::Time> done_at_;           // an instant between a step and the next
};

}  // namespace lots::simulator
