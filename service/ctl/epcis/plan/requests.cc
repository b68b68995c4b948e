// Makes the requests of one event, with ids and marks that derive from the event.
#include "service/ctl/epcis/plan/requests.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/work_order.pb.h"
#include "service/ctl/session/arguments.h"
#include "storage/base/limits.h"

namespace lots::ctl {
namespace {

// Of the hash, as much as fits into a request id and its suffix.
constexpr size_t kRequestIdDigits = 32;
constexpr size_t kMarkDigits = 8;
// Of an id and of a step, in a note.
constexpr size_t kMarkIdBytes = 400;
constexpr size_t kStepBytes = 100;

// Ids of events repeat in real documents, with other contents: only the hash tells them apart.
std::string HashOf(const std::vector<const EpcisEvent*>& events) {
  std::string text;
  for (const EpcisEvent* event : events) absl::StrAppend(&text, event->id, "\n", event->hash, "\n");
  return HexHash(text);
}

std::string StepOf(const EpcisEvent& event) { return OneLine(event.step, kStepBytes); }

std::string MarkBegin(absl::string_view event_id) {
  return absl::StrCat("EPCIS event ", OneLine(event_id, kMarkIdBytes), " #");
}

}  // namespace

std::vector<std::string> MarksOf(const EpcisEvent& event) {
  std::vector<std::string> marks = {MarkBegin(event.id)};
  if (event.has_id) marks.push_back(MarkBegin(IdWithoutEventId(event)));
  return marks;
}

EventRequests::EventRequests(const std::vector<const EpcisEvent*>& events)
    : events_(events), event_(*events.back()) {
  const std::string hash = HashOf(events);
  mark_ = absl::StrCat(MarkBegin(event_.id), hash.substr(0, kMarkDigits));
  request_id_ = absl::StrCat("epcis-", hash.substr(0, kRequestIdDigits));
}

void EventRequests::Append(Movements& movements, const EpcisMove& move) const {
  v1::NewMovement movement;
  movement.set_kind(move.kind);
  movement.mutable_lot()->set_product_id(move.lot->product_id);
  movement.mutable_lot()->set_number(move.lot->number);
  movement.set_quantity(move.quantity.ToString());
  movement.set_from_location_id(move.from);
  movement.set_to_location_id(move.to);
  *movement.mutable_occur_time() = ToTimestamp(event_.time);
  movement.set_note(absl::StrCat(mark_, " ", move.why.empty() ? StepOf(event_) : move.why));
  if (move.kind == v1::MOVEMENT_KIND_RECEIPT) {
    movement.set_partner_id(
        ShortId(event_.source_party.empty() ? event_.owner : event_.source_party));
  }
  if (!event_.document_number.empty()) {
    movement.mutable_document()->set_type(
        OneLine(event_.document_type, kDocumentTypeCharactersMax));
    movement.mutable_document()->set_number(ShortId(event_.document_number));
  }
  movements.push_back(std::move(movement));
}

void EventRequests::Complete(v1::CompleteWorkOrderRequest completion) {
  completion.set_note(absl::StrCat(mark_, " ", StepOf(event_)));
  *completion.mutable_occur_time() = ToTimestamp(event_.time);
  completions_.push_back(std::move(completion));
}

std::string EventRequests::RequestId(const std::string& suffix) const {
  return absl::StrCat(request_id_, "-", suffix);
}

void EventRequests::TakeMovements(const Movements& movements, const std::string& suffix,
                                  std::vector<ImportRequest>& requests) const {
  const size_t size = kMovementsPerCallMax;
  for (size_t begin = 0; begin < movements.size(); begin += size) {
    v1::RecordMovementsRequest request;
    request.set_request_id(
        RequestId(begin == 0 ? suffix : absl::StrCat(suffix, "-", begin / size + 1)));
    const size_t end = std::min(movements.size(), begin + size);
    for (size_t i = begin; i < end; ++i) *request.add_movements() = movements[i];
    if (accept_expired_ && &movements != &adjustments_) request.add_accept(v1::ACCEPTANCE_EXPIRED);
    requests.push_back({.event_id = event_.id, .mark = mark_, .message = std::move(request)});
  }
}

std::vector<std::string> EventRequests::Dropped() const {
  const bool has_receipt = std::any_of(
      moves_.begin(), moves_.end(),
      [](const v1::NewMovement& movement) { return movement.kind() == v1::MOVEMENT_KIND_RECEIPT; });
  std::vector<std::string> dropped;
  for (const EpcisEvent* event : events_) {
    const bool is_last = event == &event_;
    if (!event->document_number.empty() && (moves_.empty() || !is_last)) {
      dropped.emplace_back("bizTransactionList");
    }
    if (!event->source_party.empty() && (!has_receipt || !is_last)) {
      dropped.emplace_back("sourceList");
    }
    const bool has_owner = has_receipt && is_last && event->source_party.empty();
    if (!event->owner.empty() && !has_owner) dropped.push_back(event->owner_field);
  }
  return dropped;
}

std::vector<ImportRequest> EventRequests::Take() {
  std::vector<ImportRequest> requests;
  TakeMovements(adjustments_, "adjust", requests);
  TakeMovements(moves_, "move", requests);
  for (v1::CompleteWorkOrderRequest& completion : completions_) {
    completion.set_request_id(RequestId("complete"));
    if (accept_expired_) completion.add_accept(v1::ACCEPTANCE_EXPIRED);
    requests.push_back({.event_id = event_.id, .mark = mark_, .message = std::move(completion)});
  }
  TakeMovements(settlements_, "settle", requests);
  return requests;
}

}  // namespace lots::ctl
