// The rules, one function a request: what it is refused for, and what it does.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/history.h"
#include "tests/simulator/model.h"

namespace lots::simulator {

// What a posting may overrule.
struct Accepts {
  bool held = false;
  bool expired = false;
  bool shortage = false;
  bool later_expiry = false;
};

// A request under way, on a copy of the history that is kept when nothing speaks against it.
class Rules {
 public:
  Rules(const History& history, int step, absl::Time now)
      : history_(history), step_(step), now_(now) {}

  // rules_goods.cc
  void Do(const v1::CreateLotRequest& request);
  void Do(const v1::ArchiveLotRequest& request);
  void Do(const v1::UnarchiveLotRequest& request);
  void Do(const v1::RecordMovementsRequest& request);
  void Do(const v1::ReverseMovementRequest& request);
  // rules_orders.cc
  void Do(const v1::AssignSerialsRequest& request);
  void Do(const v1::UnassignSerialsRequest& request);
  void Do(const v1::CancelWorkOrderRequest& request);
  void Do(const v1::ReopenWorkOrderRequest& request);
  void Do(const v1::CompleteWorkOrderRequest& request);
  // rules_units.cc
  void Do(const v1::DisassembleRequest& request);
  void Do(const v1::ReverseCompletionRequest& request);
  // rules_reshape.cc
  void Do(const v1::SplitLotRequest& request);
  void Do(const v1::MergeLotsRequest& request);
  void Do(const v1::RelabelLotRequest& request);
  // rules_holds.cc
  void Do(const v1::HoldLotsRequest& request);
  void Do(const v1::ReleaseLotsRequest& request);
  void Do(const v1::OpenRecallRequest& request);
  void Do(const v1::CloseRecallRequest& request);
  // Questions change nothing.
  template <class Question>
  void Do(const Question&) {}

  const Reasons& reasons() const { return reasons_; }
  const History& history() const { return history_; }
  const std::set<LotIndex>& touched() const { return touched_; }
  const std::string& work_order() const { return work_order_; }

 private:
  struct Made;
  struct Used;

  bool Refuse(absl::string_view reason) {
    reasons_.emplace(reason);
    return false;
  }
  bool RefuseUnless(bool condition, absl::string_view reason) {
    return condition || Refuse(reason);
  }

  // Goods.
  LotIndex Resolve(const v1::LotRef& ref);
  LotIndex ResolveSymbol(absl::string_view lot_id);
  LotIndex AddLot(const Product& product, absl::string_view number, v1::LotState state);
  Movement NewMovement(v1::MovementKind kind, LotIndex lot, Quantity quantity) const;
  Reasons ValidateMovement(const Movement& movement, const Accepts& accepts) const;
  void ValidateLotState(const Movement& movement, const Accepts& accepts, Reasons& why) const;
  void ValidateSource(const Movement& movement, Reasons& why) const;
  void ValidateReturn(const Movement& movement, Reasons& why) const;
  void ValidateSupplierReturn(const Movement& movement, Reasons& why) const;
  bool IsWithPartnerElsewhere(const Movement& back) const;
  std::vector<int> OpenDeliveries(const Movement& back) const;
  bool PartnerFits(const Movement& back, int delivery) const;
  int DeliveryOf(const Movement& back) const;
  // Appends the movement, with the adjustment that covers a shortage before it. Whether it did.
  bool Post(Movement movement, const Accepts& accepts);
  void CoverShortage(const Movement& movement);
  void Append(Movement movement);
  void Record(const v1::NewMovement& wanted, const Accepts& accepts, std::set<LotIndex>& serials);
  bool FindReturned(const v1::NewMovement& wanted, Movement& movement);
  // Why a movement, taken back together with the others of `transformation`, cannot be.
  Reasons ValidateReversal(int movement) const;
  bool IsUsedLater(int movement) const;
  void AppendReversal(int movement, int transformation);

  // Orders.
  // Null, with the reasons, when the order cannot take the request.
  WorkOrder* NameOrder(const std::string& id, const std::string& product);
  WorkOrder* FindOpenOrder(const std::string& id);
  void AssignOne(const std::string& number, const std::string& order_id, WorkOrder& order);
  bool CanBeMade(LotIndex serial) const;
  bool IsGivenUp(const v1::UnassignSerialsRequest& request, LotIndex serial) const;
  void EndAssignment(const std::string& order_id, LotIndex lot, bool keep);
  void GiveUp(LotIndex serial);
  void PlanMade(const v1::CompleteWorkOrderRequest& request, const WorkOrder& order,
                std::vector<Made>& made);
  void PlanPlanned(const v1::CompleteWorkOrderRequest& request, std::vector<Made>& made);
  void PlanOne(Made made, absl::string_view quantity, std::vector<Made>& all,
               const v1::CompleteWorkOrderRequest& request);
  bool ValidateStored(const Made& made, const v1::CompleteWorkOrderRequest& request);
  std::set<LotIndex> ComponentsOf(const v1::CompleteWorkOrderRequest& request);
  std::vector<Used> PlanUsed(const v1::CompleteWorkOrderRequest& request,
                             const std::vector<Made>& made);
  int PostCompletion(const v1::CompleteWorkOrderRequest& request, const std::vector<Made>& made,
                     const std::vector<Used>& used);
  void FinishCompletion(const v1::CompleteWorkOrderRequest& request, const std::vector<Made>& made,
                        WorkOrder& order);
  // The last movement of a serial, if that took it apart; else kNone.
  int TakenApartBy(LotIndex serial) const;
  bool WasTakenApart(LotIndex serial) const { return TakenApartBy(serial) != kNone; }
  bool WasMadeComponents(LotIndex serial) const;
  int AddTransformation(v1::TransformationKind kind, absl::Time occurred_at);
  struct Contents;  // of a unit
  // What is in the units that the completion works on.
  std::vector<Contents> ReworkedBy(const v1::CompleteWorkOrderRequest& request);
  // Marks a by-product that comes out of one of these. `all` is what is further up.
  void FindRemoved(const v1::CompleteWorkOrderRequest& request, const std::vector<Made>& all,
                   Made& made);
  static std::vector<Transformation::End> RemovalsOf(const std::vector<Contents>& reworked,
                                                     const std::vector<Made>& made);
  void DateMade(const std::vector<Made>& made, const std::vector<Used>& used, int posted);

  // Units.
  Contents ContentsOf(LotIndex unit) const;
  std::optional<absl::Time> LeftWith(const Contents& contents, LotIndex lot) const;
  // What ends when these come out, the oldest lines first.
  static std::vector<Transformation::End> EndsOf(const Contents& contents,
                                                 const std::vector<Made>& out);
  void TakeComponent(const v1::DisassembleRequest& request,
                     const v1::DisassembleRequest::Component& component, Contents& contents,
                     std::vector<Made>& back);
  bool IsMadeElsewhere(LotIndex serial, int original) const;
  void UndoCompletion(int original);
  std::optional<absl::CivilDay> ExpiryOfGoods(const Transformation& added, LotIndex lot) const;
  void RestoreExpiry(LotIndex index, int original);

  // Reshaping.
  struct Source;
  struct Result;
  struct Reshaping;
  void Reshape(Reshaping& reshaping);
  bool FindSources(Reshaping& reshaping);
  bool MayTakeGoods(LotIndex index) const;
  void NameResults(Reshaping& reshaping);
  void PostReshaping(Reshaping& reshaping, Quantity total);
  void DateResults(Reshaping& reshaping);

  // Holds.
  struct Inheritance;
  Inheritance InheritanceOf(LotIndex source, int transformation) const;
  // What holds the inputs holds what was made of them, too.
  void PassHoldsOn(int transformation);
  void PassHoldsOn(int transformation, const std::vector<Edge>& edges);
  void PassMembershipOn(const std::vector<Edge>& edges);
  // Once the transformation is reversed, what it took out is in again: what holds that holds the
  // unit too, and what was made of the unit.
  void PassRegainedOn(int original, int reversal);
  std::vector<Edge> RegainedBy(int original) const;
  bool IsHeldOrMember(LotIndex lot) const;
  void PassHoldsFurther(size_t first, std::set<LotIndex> units);
  void JoinRecalls(const std::set<LotIndex>& components, const std::set<LotIndex>& units);
  // Whether a recall may end, and what it leaves held.
  void Account(const Recall& recall, bool leave_held);

  History history_;
  const int step_;
  const absl::Time now_;
  Reasons reasons_;
  std::set<LotIndex> touched_;
  std::string work_order_;
  static constexpr int kUntold = 1000;
  int posted_ = 0;  // movements of this step
  int untold_ = 0;  // those that no answer tells
};

// A quantity as requests state it; "" is zero.
Quantity QuantityOf(absl::string_view text);

}  // namespace lots::simulator
