// LotService: finding, listing, summarizing lots, their history, a preview of numbers.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/convert/audit.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/holds.h"
#include "service/convert/list_page.h"
#include "service/handlers/lots/lots.h"
#include "service/handlers/lots/views.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/recall.h"
#include "storage/domain/refusals.h"
#include "storage/lots/lists/history.h"
#include "storage/lots/lists/list.h"
#include "storage/lots/read.h"
#include "storage/writes/audit.h"

namespace lots {
namespace {

// The part that ListLots and SummarizeLots share, without the company. Storage parses filter and
// order.
template <class Request>
LotQuery QueryOf(const Request& request, FieldChecker& fields) {
  return {.company = {},
          .filter = request.filter(),
          .text = std::string(absl::StripAsciiWhitespace(
              fields.Line("query", request.query(), kQueryCharactersMax))),
          .show_archived = request.show_archived()};
}

v1::SummarizeLotsResponse::Group GroupToProto(const LotGroup& group, const CompanyId& company) {
  v1::SummarizeLotsResponse::Group message;
  message.set_company(company.value());
  message.set_product_id(group.product_id.value());
  message.set_lot_count(group.lot_count);
  message.set_on_hand_quantity(group.on_hand.Format(group.scale));
  return message;
}

v1::TransformationPart PartToProto(const TransformationPart& part, int scale) {
  v1::TransformationPart message;
  *message.mutable_transformation() = ToProto(part.transformation);
  SetIfAny(part.input, [&](auto input) { message.set_input_quantity(input.Format(scale)); });
  SetIfAny(part.output, [&](auto output) { message.set_output_quantity(output.Format(scale)); });
  if (part.unit.has_value()) {
    message.mutable_unit()->set_lot_id(part.unit->lot_id.value().ToString());
    message.mutable_unit()->set_product_id(part.unit->product_id.value());
    message.mutable_unit()->set_number(part.unit->number);
  }
  return message;
}

v1::RecallLotEvent RecallToProto(const RecallLotEvent& recall, const LotHistoryEntry& entry) {
  v1::RecallLotEvent message;
  message.set_recall_id(recall.recall_id.value());
  if (recall.change.has_value()) {
    message.set_change(static_cast<v1::RecallMemberChange>(*recall.change));
    message.set_evidence(recall.text);
    message.set_evidence_link(recall.link);
    return message;
  }
  v1::RecallDisposition& disposition = *message.mutable_disposition();
  disposition.mutable_lot()->set_lot_id(entry.lot_id.value().ToString());
  disposition.mutable_lot()->set_product_id(entry.product_id.value());
  disposition.mutable_lot()->set_number(entry.number);
  disposition.set_location_id(recall.location_id.value());
  SetIfAny(recall.disposition, [&](RecallDispositionKind kind) {
    disposition.set_kind(static_cast<v1::RecallDispositionKind>(kind));
  });
  disposition.set_quantity(recall.quantity.Format(recall.scale));
  disposition.set_note(recall.text);
  disposition.set_link(recall.link);
  disposition.set_recorder(entry.actor);
  *disposition.mutable_record_time() = ToProto(entry.recorded_at);
  return message;
}

v1::LotEvent EventToProto(const LotEvent& event, const LotHistoryEntry& entry) {
  v1::LotEvent message;
  message.set_kind(ToProto(event.kind));
  SetIfAny(event.work_order, [&](const auto& id) { message.set_work_order_id(id.value()); });
  for (const FieldChange& change : event.changes) {
    v1::LotEvent::Change& changed = *message.add_changes();
    changed.set_field(change.field);
    changed.set_old_value(change.old_value);
    changed.set_new_value(change.new_value);
  }
  SetIfAny(event.hold, [&](const Hold& hold) {
    *message.mutable_hold() = ToProto(hold, entry.product_id, entry.number);
  });
  SetIfAny(event.hold_id, [&](auto id) { message.set_hold_id(id.value().ToString()); });
  SetIfAny(event.inspection, [&](const Inspection& inspection) {
    v1::Inspection& shown = *message.mutable_inspection();
    shown = ToProto(inspection);
    shown.set_product_id(entry.product_id.value());
    shown.set_number(entry.number);
  });
  SetIfAny(event.recall, [&](const RecallLotEvent& recall) {
    *message.mutable_recall() = RecallToProto(recall, entry);
  });
  return message;
}

v1::LotHistoryEntry EntryToProto(const LotHistoryEntry& entry, const LotHistory& history) {
  v1::LotHistoryEntry message;
  *message.mutable_record_time() = ToProto(entry.recorded_at);
  *message.mutable_occur_time() = ToProto(entry.occurred_at);
  message.set_actor(entry.actor);
  message.set_lot_id(entry.lot_id.value().ToString());
  message.set_product_id(entry.product_id.value());
  message.set_number(entry.number);
  if (const auto* movement = std::get_if<Movement>(&entry.what)) {
    *message.mutable_movement() = ToProto(*movement);
  } else if (const auto* part = std::get_if<TransformationPart>(&entry.what)) {
    *message.mutable_transformation() = PartToProto(*part, history.scale);
  } else if (const auto* event = std::get_if<LotEvent>(&entry.what)) {
    *message.mutable_event() = EventToProto(*event, entry);
  }
  return message;
}

using Origins = absl::flat_hash_map<Uuid, AuditEntry>;

// The origins of the entries, with one more read, for callers with the permission.
absl::StatusOr<Origins> FindOrigins(const LotHistory& history, const Call& call,
                                    const CompanyId& company, pg::Connection& db) {
  if (!call.caller->permissions.Has(v1::PERMISSION_AUDIT)) return Origins();
  std::vector<Uuid> ids;
  for (const LotHistoryEntry& entry : history.entries) {
    if (entry.entry_id.has_value()) ids.push_back(*entry.entry_id);
  }
  return FindAuditEntries(db, company, ids);
}

v1::LotHistoryEntry EntryToProto(const LotHistoryEntry& entry, const LotHistory& history,
                                 const Origins& origins) {
  v1::LotHistoryEntry message = EntryToProto(entry, history);
  const auto origin = origins.find(entry.entry_id.value_or(Uuid()));
  if (origin != origins.end()) *message.mutable_origin() = OriginToProto(origin->second);
  return message;
}

// The position of a history entry as keys of a page token, and back.
PageKeys KeysOf(const LotHistoryEntry& entry) {
  return {absl::StrCat(absl::ToUnixMicros(entry.recorded_at)), entry.id.ToString()};
}

absl::StatusOr<HistoryPosition> PositionOf(const PageKeys& keys) {
  if (keys.empty()) return HistoryPosition();
  int64_t micros = 0;
  const std::optional<Uuid> id = keys.size() == 2 ? Uuid::Parse(keys[1]) : std::nullopt;
  if (!id.has_value() || !absl::SimpleAtoi(keys[0], &micros)) {
    return Refuse(PageTokenInvalid("list"));
  }
  return HistoryPosition{.recorded_at = absl::FromUnixMicros(micros), .id = *id};
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::BatchGetLotsResponse> BatchGetLots(const v1::BatchGetLotsRequest& request,
                                                      const Call& call, pg::Connection& db) {
  FieldChecker fields;
  fields.Count("lot_ids", request.lot_ids_size(), 1, kBatchGetMax);
  if (!fields.ok()) return fields.status();
  std::vector<LotId> lot_ids;
  for (int i = 0; i < request.lot_ids_size(); ++i) {
    lot_ids.push_back(fields.RequiredUuid<LotId>(Indexed("lot_ids", i), request.lot_ids(i)));
  }
  const bool is_full = IsFullView(request.view(), fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Lot> lots, GetLots(db, call.company, lot_ids, call.now));
  ASSIGN_OR_RETURN(const LotMessages messages, LotMessages::Read(db, call.company, is_full, lots));
  v1::BatchGetLotsResponse response;
  for (const Lot& lot : lots) *response.add_lots() = messages.Of(lot);
  RETURN_IF_ERROR(CheckAnswerFits("lot_ids", response.lots()));
  return response;
}

absl::StatusOr<v1::FindLotsResponse> FindLots(const v1::FindLotsRequest& request, const Call& call,
                                              pg::Connection& db) {
  FieldChecker fields;
  fields.Count("numbers", request.numbers_size(), 1, kFindNumbersMax);
  const FindLotsQuery query{
      .company = call.company,
      .numbers = {request.numbers().begin(), request.numbers().end()},
      .product_id = fields.Optional<ProductId>("product_id", request.product_id()),
      .now = call.now};
  const bool is_full = IsFullView(request.view(), fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<NumberMatches> found, lots::FindLots(db, query));
  std::vector<Lot> every;
  for (const NumberMatches& matches : found) {
    if (is_full) every.insert(every.end(), matches.lots.begin(), matches.lots.end());
  }
  ASSIGN_OR_RETURN(const LotMessages messages, LotMessages::Read(db, call.company, is_full, every));
  v1::FindLotsResponse response;
  for (size_t place = 0; place < found.size(); ++place) {
    v1::FindLotsResponse::Match& match = *response.add_matches();
    match.set_number(query.numbers[place]);
    for (const Lot& lot : found[place].lots) *match.add_lots() = messages.Of(lot);
    for (const LotId& lot_id : found[place].former) {
      match.add_former_lot_ids(lot_id.value().ToString());
    }
  }
  RETURN_IF_ERROR(CheckAnswerFits("numbers", response.matches()));
  return response;
}

absl::StatusOr<v1::ListLotsResponse> ListLots(const v1::ListLotsRequest& request, const Call& call,
                                              pg::Connection& db) {
  FieldChecker fields;
  ListLotsQuery query{
      .query = QueryOf(request, fields), .order_by = request.order_by(), .now = call.now};
  const bool is_full = IsFullView(request.view(), fields);
  if (!fields.ok()) return fields.status();
  v1::ListLotsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    query.query.company = company;
    query.after = after;
    query.limit = room.items;
    ASSIGN_OR_RETURN(const LotPage page, lots::ListLots(db, query));
    ASSIGN_OR_RETURN(const LotMessages messages,
                     LotMessages::Read(db, company, is_full, page.lots));
    return FillPiece(
        page.lots, !page.after.empty(), room, [&](const Lot& lot) { return messages.Of(lot); },
        [&](size_t i) { return page.positions[i]; }, *response.mutable_lots());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::SummarizeLotsResponse> SummarizeLots(const v1::SummarizeLotsRequest& request,
                                                        const Call& call, pg::Connection& db) {
  FieldChecker fields;
  SummarizeLotsQuery query{.query = QueryOf(request, fields), .now = call.now};
  if (!fields.ok()) return fields.status();
  v1::SummarizeLotsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    query.query.company = company;
    query.after = after.empty() ? ProductId() : ProductId(after.front());
    query.limit = room.items;
    ASSIGN_OR_RETURN(const LotGroupPage page, lots::SummarizeLots(db, query));
    return FillPiece(
        page.groups, page.has_more, room,
        [&](const LotGroup& group) { return GroupToProto(group, company); },
        [&](size_t i) { return PageKeys{page.groups[i].product_id.value()}; },
        *response.mutable_groups());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::ListLotHistoryResponse> ListLotHistory(const v1::ListLotHistoryRequest& request,
                                                          const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const LotId lot_id = fields.RequiredUuid<LotId>("lot_id", request.lot_id());
  if (!fields.ok()) return fields.status();
  v1::ListLotHistoryResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    ASSIGN_OR_RETURN(const HistoryPosition position, PositionOf(after));
    const LotHistoryQuery query{
        .company = company, .lot_id = lot_id, .after = position, .limit = room.items};
    ASSIGN_OR_RETURN(const LotHistory history, lots::ListLotHistory(db, query));
    ASSIGN_OR_RETURN(const Origins origins, FindOrigins(history, call, company, db));
    return FillPiece(
        history.entries, history.has_more, room,
        [&](const LotHistoryEntry& entry) { return EntryToProto(entry, history, origins); },
        [&](size_t i) { return KeysOf(history.entries[i]); }, *response.mutable_entries());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::PreviewLotNumbersResponse> PreviewLotNumbers(
    const v1::PreviewLotNumbersRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const PreviewNumbersQuery query{
      .company = call.company,
      .product_id = fields.Required<ProductId>("product_id", request.product_id()),
      .count = request.count() == 0
                   ? 1
                   : fields.InRange("count", request.count(), 1, kPreviewNumbersMax),
      .first_number = request.first_number(),
      .now = call.now};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<std::string> numbers, lots::PreviewLotNumbers(db, query));
  v1::PreviewLotNumbersResponse response;
  for (const std::string& number : numbers) response.add_numbers(number);
  return response;
}

}  // namespace handlers

}  // namespace lots
