// One step of a history: a request of the API, valid or not.
//
// Requests name what the server made by what made it, so that a history can be run again, without
// some of its steps or in another order: "@m12.0" is the first movement of step 12, "@t12" its
// transformation, "@h12.0" its first hold, and "@lsalt/S1" the lot S1 of salt.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/work_order.pb.h"

namespace lots::simulator {

// Compares everything there is.
struct LookAtAll {};

using Request =
    std::variant<v1::CreateLotRequest, v1::ArchiveLotRequest, v1::UnarchiveLotRequest,
                 v1::RecordMovementsRequest, v1::ReverseMovementRequest, v1::AssignSerialsRequest,
                 v1::UnassignSerialsRequest, v1::CompleteWorkOrderRequest,
                 v1::CancelWorkOrderRequest, v1::DisassembleRequest, v1::ReverseCompletionRequest,
                 v1::SplitLotRequest, v1::MergeLotsRequest, v1::RelabelLotRequest,
                 v1::HoldLotsRequest, v1::ReleaseLotsRequest, v1::OpenRecallRequest,
                 v1::CloseRecallRequest,
                 // Questions.
                 v1::TraceUpstreamRequest, v1::TraceDownstreamRequest, v1::ListRecipientsRequest,
                 v1::ListStockRequest, v1::SuggestLotsRequest, LookAtAll>;

struct Step {
  int number = 0;
  absl::Time at;  // the server's clock, where the simulation sets it
  Request request;
  // Of a question: as it was known after this step; -1: now.
  int known_after = -1;
};

// Whether it asks for a change.
bool IsWrite(const Step& step);

// "12 at 2024-01-03T10:00:00Z RecordMovementsRequest { … }".
std::string TextOf(const Step& step);
std::string TextOf(const std::vector<Step>& steps);

std::string MovementSymbol(int step, int index);
std::string TransformationSymbol(int step);
std::string HoldSymbol(int step, int index);
std::string LotSymbol(absl::string_view product, absl::string_view number);

}  // namespace lots::simulator
