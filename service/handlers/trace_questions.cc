// TraceService: recipients of a lot, common origins of failed units, warranty.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/send_pieces.h"
#include "service/convert/traces.h"
#include "service/handlers/trace.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/genealogy/questions/origins.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/genealogy/questions/warranty.h"
#include "storage/lot_rows/existence.h"

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
std::optional<v1::ListRecipientsResponse> MessageOf(
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
  if (!warranty.delivery.has_value()) return message;
  message.set_delivery_movement_id(warranty.delivery->movement_id.value().ToString());
  message.set_partner_id(warranty.delivery->partner_id);
  *message.mutable_document() = lots::ToProto(warranty.delivery->document);
  return message;
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
  return SendPieces(std::make_shared<RecipientReader>(std::move(query)), db, sink, MessageOf);
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
      .company = call.company, .lot = fields.Lot("lot", request.lot()), .now = call.now};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Warranty warranty, lots::GetWarranty(db, query));
  return ToProto(warranty);
}

}  // namespace handlers

}  // namespace lots
