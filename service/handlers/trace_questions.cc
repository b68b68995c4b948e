// TraceService: recipients of a lot, common origins of failed units, warranties.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/send_pieces.h"
#include "service/convert/traces.h"
#include "service/convert/writes.h"
#include "service/handlers/trace.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/questions/origins.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/genealogy/questions/warranty.h"
#include "storage/lot_rows/existence.h"
#include "storage/warranty/extend.h"

namespace lots {
namespace {

template <class Refs>
std::vector<LotRef> ReadLots(absl::string_view field, const Refs& refs, int64_t min, int64_t max,
                             FieldChecker& fields) {
  std::vector<LotRef> lots;
  fields.Count(field, refs.size(), min, max);
  if (refs.size() > max) return lots;
  for (int i = 0; i < refs.size(); ++i) lots.push_back(fields.Lot(Indexed(field, i), refs.Get(i)));
  return lots;
}

v1::RecipientSummary ToProto(const RecipientSummary& summary) {
  v1::RecipientSummary message;
  message.set_delivery_count(summary.delivery_count);
  message.set_partner_count(summary.partner_count);
  message.set_lot_count(summary.lot_count);
  return message;
}

// Deliveries, or at the end the summary.
std::optional<v1::ListRecipientsResponse> RecipientsMessage(
    const RecipientReader& reader, const std::optional<std::vector<Recipient>>& recipients) {
  v1::ListRecipientsResponse message;
  if (!recipients.has_value()) {
    *message.mutable_summary() = ToProto(reader.summary());
    return message;
  }
  for (const Recipient& recipient : *recipients) *message.add_recipients() = ToProto(recipient);
  return message;
}

// Product and number are set for the kind LOT only, the other fields for the other kinds.
v1::Origin ToProto(const Origin& origin) {
  v1::Origin message;
  message.set_kind(static_cast<v1::OriginKind>(origin.kind));
  if (origin.kind == OriginKind::kLot) message.set_lot_id(origin.lot_id.value().ToString());
  message.set_product_id(origin.product_id.value());
  message.set_number(origin.number);
  message.set_work_order_id(origin.work_order.value());
  message.set_partner_id(origin.partner_id);
  if (origin.kind == OriginKind::kProductionDay) {
    *message.mutable_day() = lots::ToProto(origin.day);
  }
  message.set_failed_count(origin.failed_count);
  message.set_sound_count(origin.sound_count);
  message.set_odds_ratio(origin.odds_ratio);
  message.set_p_value(origin.p_value);
  return message;
}

v1::WarrantyExtension ToProto(const WarrantyExtension& extension) {
  v1::WarrantyExtension message;
  message.set_extension_id(extension.extension_id.ToString());
  message.set_add_months(extension.months.value_or(0));
  SetIfAny(extension.ends_on,
           [&](absl::CivilDay day) { *message.mutable_end_date() = lots::ToProto(day); });
  message.set_shortens(extension.is_shortening);
  message.set_reason(extension.reason);
  *message.mutable_document() = lots::ToProto(extension.document);
  message.set_actor(extension.actor);
  *message.mutable_record_time() = lots::ToProto(extension.recorded_at);
  return message;
}

v1::Warranty ToProto(const Warranty& warranty) {
  v1::Warranty message;
  message.set_lot_id(warranty.lot_id.value().ToString());
  message.set_product_id(warranty.product_id.value());
  message.set_number(warranty.number);
  message.set_state(static_cast<v1::WarrantyState>(warranty.state));
  message.set_warranty_months(warranty.months);
  SetIfAny(warranty.starts_on,
           [&](absl::CivilDay day) { *message.mutable_start_date() = lots::ToProto(day); });
  SetIfAny(warranty.ends_on,
           [&](absl::CivilDay day) { *message.mutable_end_date() = lots::ToProto(day); });
  SetIfAny(warranty.original_ends_on,
           [&](absl::CivilDay day) { *message.mutable_original_end_date() = lots::ToProto(day); });
  for (const WarrantyExtension& extension : warranty.extensions) {
    *message.add_extensions() = ToProto(extension);
  }
  if (!warranty.delivery.has_value()) return message;
  message.set_delivery_movement_id(warranty.delivery->movement_id.value().ToString());
  message.set_partner_id(warranty.delivery->partner_id);
  *message.mutable_document() = lots::ToProto(warranty.delivery->document);
  return message;
}

ExtendWarrantyCommand CommandOf(const v1::ExtendWarrantyRequest& request, const Call& call,
                                FieldChecker& fields) {
  ExtendWarrantyCommand command{
      .context = fields.Write(request, call),
      .lots = ReadLots("lots", request.lots(), 1, kWarrantyUnitsMax, fields),
      .ends_on = fields.Date("end_date", request.has_end_date() ? &request.end_date() : nullptr),
      .is_shortening = request.shortens(),
      .reason = fields.Text("reason", request.reason(), kNoteCharactersMax),
      .document = fields.DocumentOf("document", request.document())};
  if (request.add_months() != 0) {
    command.months = static_cast<int32_t>(
        fields.InRange("add_months", request.add_months(), 1, kWarrantyMonthsMax));
  }
  if (request.reason().empty()) fields.Refused("reason", "", "is required: say why");
  const bool has_months = request.add_months() != 0;
  if (has_months == request.has_end_date()) {
    fields.Refused("add_months", absl::StrCat(request.add_months()),
                   "stands instead of end_date: give one of the two");
  }
  if (request.shortens() && !request.has_end_date()) {
    fields.Refused("shortens", "true", "goes with end_date: give the new last day");
  }
  return command;
}

}  // namespace

namespace handlers {

absl::Status ListRecipients(const v1::ListRecipientsRequest& request, const Call& call,
                            pg::Connection& db, Sink<v1::ListRecipientsResponse>& sink) {
  FieldChecker fields;
  const std::vector<LotRef> refs = ReadLots("seeds", request.seeds(), 1, kTraceSeedsMax, fields);
  if (!fields.ok()) return fields.status();
  RecipientsQuery query{.company = call.company,
                        .show_returned = request.show_returned(),
                        .include_former = request.include_former()};
  ASSIGN_OR_RETURN(query.seeds, FindEvery(db, call.company, refs, "seeds"));
  return SendPieces(std::make_shared<RecipientReader>(std::move(query)), db, sink,
                    RecipientsMessage);
}

absl::StatusOr<v1::FindCommonOriginsResponse> FindCommonOrigins(
    const v1::FindCommonOriginsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  OriginsQuery query{.company = call.company,
                     .failed = ReadLots("failed", request.failed(), 1, kFailedUnitsMax, fields),
                     .sound = ReadLots("sound", request.sound(), 0, kSoundUnitsMax, fields)};
  query.limit = static_cast<int>(fields.InRange("limit", request.limit(), 0, kOriginsShownMax));
  if (!fields.ok()) return fields.status();
  if (query.limit == 0) query.limit = kOriginsShownDefault;
  ASSIGN_OR_RETURN(const CommonOrigins found, lots::FindCommonOrigins(db, query));
  v1::FindCommonOriginsResponse response;
  for (const Origin& origin : found.origins) *response.add_origins() = ToProto(origin);
  response.set_failed_count(found.failed_count);
  response.set_sound_count(found.sound_count);
  response.set_origin_count(found.origin_count);
  return response;
}

absl::StatusOr<v1::Warranty> GetWarranty(const v1::GetWarrantyRequest& request, const Call& call,
                                         pg::Connection& db) {
  FieldChecker fields;
  const WarrantyQuery query{
      .company = call.company,
      .lot = fields.Lot("lot", request.lot()),
      .now = call.now,
      .as_of = fields.Time("as_of", request.has_as_of() ? &request.as_of() : nullptr)};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Warranty warranty, lots::GetWarranty(db, query));
  return ToProto(warranty);
}

absl::StatusOr<v1::ExtendWarrantyResponse> ExtendWarranty(const v1::ExtendWarrantyRequest& request,
                                                          const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const ExtendWarrantyCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Warranty> warranties, lots::ExtendWarranty(db, command));
  v1::ExtendWarrantyResponse response;
  response.set_warranty_count(static_cast<int64_t>(warranties.size()));
  response.set_warranties_truncated(!AnswerRoom(response).Fill(
      warranties, [](const Warranty& warranty) { return ToProto(warranty); },
      *response.mutable_warranties()));
  return response;
}

}  // namespace handlers

}  // namespace lots
