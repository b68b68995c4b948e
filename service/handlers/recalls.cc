// RecallService: opens, reads and closes recalls, and streams the report of one.
#include "service/handlers/recalls.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/duration.pb.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/send_pieces.h"
#include "service/convert/traces.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/graph/places.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/recalls/recalls.h"
#include "storage/recalls/report.h"

namespace lots {
namespace {

v1::RecallSeed ToProto(const RecallSeed& seed) {
  v1::RecallSeed message;
  message.set_lot_id(seed.lot_id.value().ToString());
  message.set_product_id(seed.product_id.value());
  message.set_number(seed.number);
  return message;
}

v1::RecallScope ToProto(const RecallScope& scope) {
  v1::RecallScope message;
  message.set_lot_count(scope.lot_count);
  message.set_certain_count(scope.certain_count);
  message.set_possible_count(scope.lot_count - scope.certain_count);
  message.set_depth(scope.depth);
  message.set_on_hand_lot_count(scope.on_hand_lot_count);
  message.set_delivered_lot_count(scope.delivered_lot_count);
  message.set_former_count(scope.former_count);
  return message;
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration message;
  message.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return message;
}

v1::Recall ToProto(const Recall& recall) {
  v1::Recall message;
  message.set_company(recall.company.value());
  message.set_recall_id(recall.recall_id.value());
  message.set_reason(recall.reason);
  message.set_state(static_cast<v1::RecallState>(recall.state));
  message.set_drill(recall.drill);
  for (const RecallSeed& seed : recall.seeds) *message.add_seeds() = ToProto(seed);
  for (const LocationId& location : recall.exempt_location_ids) {
    message.add_exempt_location_ids(location.value());
  }
  *message.mutable_scope() = ToProto(recall.scope);
  message.set_opener(recall.opened_by);
  SetIfAny(recall.opened_at,
           [&](absl::Time time) { *message.mutable_open_time() = lots::ToProto(time); });
  *message.mutable_open_duration() = ToProto(recall.open_duration);
  message.set_closer(recall.closed_by);
  SetIfAny(recall.closed_at,
           [&](absl::Time time) { *message.mutable_close_time() = lots::ToProto(time); });
  message.set_closing_note(recall.closing_note);
  return message;
}

v1::MassBalance ToProto(const MassBalance& balance) {
  v1::MassBalance message;
  *message.mutable_seed() = ToProto(balance.seed);
  message.set_in_quantity(balance.in.Format(balance.scale));
  message.set_out_quantity(balance.out.Format(balance.scale));
  message.set_on_hand_quantity(balance.on_hand.Format(balance.scale));
  message.set_scrapped_quantity(balance.scrapped.Format(balance.scale));
  message.set_recovered_quantity(balance.recovered.Format(balance.scale));
  message.set_difference(balance.difference.Format(balance.scale));
  message.set_in_process_quantity(balance.in_process.Format(balance.scale));
  return message;
}

v1::RecallLot ToProto(const RecallLot& lot) {
  v1::RecallLot message;
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  message.set_reference(lot.reference);
  SetIfAny(lot.expires_on,
           [&](absl::CivilDay day) { *message.mutable_expire_date() = lots::ToProto(day); });
  message.set_certainty(lot.certain ? v1::CERTAINTY_CERTAIN : v1::CERTAINTY_POSSIBLE);
  message.set_depth(lot.depth);
  *message.mutable_join_time() = lots::ToProto(lot.joined_at);
  for (const TracePlace& place : lot.places) {
    *message.add_places() = lots::ToProto(place, lot.scale);
  }
  message.set_place_count(static_cast<int32_t>(lot.place_count));
  message.set_on_hand_quantity(lot.on_hand.Format(lot.scale));
  message.set_delivered_quantity(lot.delivered.Format(lot.scale));
  message.set_recovered_quantity(lot.recovered.Format(lot.scale));
  message.set_scrapped_quantity(lot.scrapped.Format(lot.scale));
  message.set_source_location_id(lot.source.value());
  message.set_source_partner_id(lot.source_partner_id);
  return message;
}

v1::RecallFormerLot ToProto(const RecallFormerLot& lot) {
  v1::RecallFormerLot message;
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  message.set_certainty(lot.certain ? v1::CERTAINTY_CERTAIN : v1::CERTAINTY_POSSIBLE);
  message.set_depth(lot.depth);
  *message.mutable_until_time() = lots::ToProto(lot.until);
  return message;
}

v1::StreamRecallReportResponse ToProto(const RecallReportPiece& piece) {
  v1::StreamRecallReportResponse message;
  SetIfAny(piece.recall,
           [&](const Recall& recall) { *message.mutable_recall() = ToProto(recall); });
  for (const MassBalance& balance : piece.balances) *message.add_balances() = ToProto(balance);
  for (const RecallLot& lot : piece.lots) *message.add_lots() = ToProto(lot);
  for (const RecallFormerLot& lot : piece.former_lots) *message.add_former_lots() = ToProto(lot);
  for (const Recipient& recipient : piece.recipients) {
    *message.add_recipients() = lots::ToProto(recipient);
  }
  return message;
}

std::optional<v1::StreamRecallReportResponse> MessageOf(
    const RecallReportReader&, const std::optional<RecallReportPiece>& piece) {
  if (!piece.has_value()) return std::nullopt;
  return ToProto(*piece);
}

// The position after which a page begins. Signed tokens always have both keys.
std::optional<std::pair<absl::Time, RecallId>> RecallAfter(const PageKeys& keys) {
  int64_t micros = 0;
  if (keys.size() != 2 || !absl::SimpleAtoi(keys[0], &micros)) return std::nullopt;
  return std::pair(absl::FromUnixMicros(micros), RecallId(keys[1]));
}

PageKeys KeysOf(const Recall& recall) {
  return {absl::StrCat(absl::ToUnixMicros(*recall.opened_at)), recall.recall_id.value()};
}

// A required text.
std::string RequiredText(FieldChecker& fields, absl::string_view field, const std::string& value,
                         int characters_max) {
  if (value.empty()) fields.Refused(field, value, "say why, in words");
  return fields.Text(field, value, characters_max);
}

OpenRecallCommand CommandOf(const v1::OpenRecallRequest& request, const Call& call,
                            FieldChecker& fields) {
  OpenRecallCommand command{.context = fields.Write(request, call)};
  command.recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  fields.Count("seeds", request.seeds_size(), 1, kRecallSeedsMax);
  for (int i = 0; i < request.seeds_size(); ++i) {
    command.seeds.push_back(fields.Lot(Indexed("seeds", i), request.seeds(i)));
  }
  command.reason = RequiredText(fields, "reason", request.reason(), kNoteCharactersMax);
  fields.Count("exempt_location_ids", request.exempt_location_ids_size(), 0, kExemptLocationsMax);
  for (int i = 0; i < request.exempt_location_ids_size(); ++i) {
    command.exempt_location_ids.push_back(fields.Required<LocationId>(
        Indexed("exempt_location_ids", i), request.exempt_location_ids(i)));
  }
  command.drill = request.drill();
  command.include_former = request.include_former();
  command.validate_only = request.validate_only();
  return command;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::Recall> OpenRecall(const v1::OpenRecallRequest& request, const Call& call,
                                      pg::Connection& db) {
  FieldChecker fields;
  const OpenRecallCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::OpenRecall(db, command));
  return ToProto(recall);
}

absl::StatusOr<v1::Recall> GetRecall(const v1::GetRecallRequest& request, const Call& call,
                                     pg::Connection& db) {
  FieldChecker fields;
  const auto recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::GetRecall(db, call.company, recall_id));
  return ToProto(recall);
}

absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request,
                                                    const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const auto state = fields.OptionalEnum<RecallState>("state", request.state());
  if (!fields.ok()) return fields.status();
  v1::ListRecallsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    // The surplus item shows that there is another page.
    ASSIGN_OR_RETURN(const std::vector<Recall> recalls,
                     lots::ListRecalls(db, {.company = company,
                                            .state = state,
                                            .after = RecallAfter(after),
                                            .limit = room.items + 1}));
    return FillPiece(
        recalls, /*has_more=*/false, room, [](const Recall& recall) { return ToProto(recall); },
        [&](size_t i) { return KeysOf(recalls[i]); }, *response.mutable_recalls());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::Status StreamRecallReport(const v1::StreamRecallReportRequest& request, const Call& call,
                                pg::Connection& db, Sink<v1::StreamRecallReportResponse>& sink) {
  FieldChecker fields;
  const auto recall_id = fields.Required<RecallId>("recall_id", request.recall_id());
  if (!fields.ok()) return fields.status();
  return SendPieces(std::make_shared<RecallReportReader>(call.company, recall_id), db, sink,
                    MessageOf);
}

absl::StatusOr<v1::Recall> CloseRecall(const v1::CloseRecallRequest& request, const Call& call,
                                       pg::Connection& db) {
  FieldChecker fields;
  const CloseRecallCommand command{
      .context = fields.Write(request, call),
      .recall_id = fields.Required<RecallId>("recall_id", request.recall_id()),
      .closing_note =
          RequiredText(fields, "closing_note", request.closing_note(), kClosingNoteCharactersMax)};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Recall recall, lots::CloseRecall(db, command));
  return ToProto(recall);
}

}  // namespace handlers

}  // namespace lots
