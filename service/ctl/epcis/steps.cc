#include "service/ctl/epcis/steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "storage/base/limits.h"

namespace lots::ctl {
namespace {

// Of the hash, as much as fits into a request id and its suffix.
constexpr size_t kRequestIdDigits = 32;
constexpr size_t kMarkDigits = 8;

// Ids of events repeat in real documents, with other contents: only the hash tells them apart.
std::string HashOf(const std::vector<const EpcisEvent*>& events) {
  std::string text;
  for (const EpcisEvent* event : events) absl::StrAppend(&text, event->id, "\n", event->hash, "\n");
  return HexHash(text);
}

}  // namespace

google::protobuf::Timestamp EpcisTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

EpcisSteps::EpcisSteps(const std::vector<const EpcisEvent*>& events) : event_(*events.back()) {
  const std::string hash = HashOf(events);
  mark_ = absl::StrCat("EPCIS event ", event_.id, " #", hash.substr(0, kMarkDigits));
  request_id_ = absl::StrCat("epcis-", hash.substr(0, kRequestIdDigits));
}

void EpcisSteps::Append(Movements& movements, const EpcisMove& move) const {
  v1::NewMovement movement;
  movement.set_kind(move.kind);
  movement.mutable_lot()->set_product_id(move.lot->product_id);
  movement.mutable_lot()->set_number(move.lot->number);
  movement.set_quantity(move.quantity.ToString());
  movement.set_from_location_id(move.from);
  movement.set_to_location_id(move.to);
  *movement.mutable_occur_time() = EpcisTimestamp(event_.time);
  movement.set_note(absl::StrCat(mark_, " ", move.why.empty() ? event_.step : move.why));
  if (move.kind == v1::MOVEMENT_KIND_RECEIPT) {
    movement.set_partner_id(
        ShortId(event_.source_party.empty() ? event_.owner : event_.source_party));
  }
  if (!event_.document_number.empty()) {
    movement.mutable_document()->set_type(
        event_.document_type.substr(0, kDocumentTypeCharactersMax));
    movement.mutable_document()->set_number(ShortId(event_.document_number));
  }
  movements.push_back(std::move(movement));
}

void EpcisSteps::Complete(v1::CompleteWorkOrderRequest completion) {
  completion.set_note(absl::StrCat(mark_, " ", event_.step));
  *completion.mutable_occur_time() = EpcisTimestamp(event_.time);
  completions_.push_back(std::move(completion));
}

std::string EpcisSteps::RequestId(const std::string& suffix) const {
  return absl::StrCat(request_id_, "-", suffix);
}

void EpcisSteps::TakeMovements(const Movements& movements, const std::string& suffix,
                               std::vector<EpcisStep>& steps) const {
  const size_t size = kMovementsPerCallMax;
  for (size_t begin = 0; begin < movements.size(); begin += size) {
    v1::RecordMovementsRequest request;
    request.set_request_id(
        RequestId(begin == 0 ? suffix : absl::StrCat(suffix, "-", begin / size + 1)));
    const size_t end = std::min(movements.size(), begin + size);
    for (size_t i = begin; i < end; ++i) *request.add_movements() = movements[i];
    steps.push_back({.event_id = event_.id, .mark = mark_, .request = std::move(request)});
  }
}

std::vector<EpcisStep> EpcisSteps::Take() {
  std::vector<EpcisStep> steps;
  TakeMovements(adjustments_, "adjust", steps);
  TakeMovements(moves_, "move", steps);
  for (v1::CompleteWorkOrderRequest& completion : completions_) {
    completion.set_request_id(RequestId("complete"));
    steps.push_back({.event_id = event_.id, .mark = mark_, .request = std::move(completion)});
  }
  TakeMovements(settlements_, "settle", steps);
  return steps;
}

}  // namespace lots::ctl
