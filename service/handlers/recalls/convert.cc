// Recalls and their reports as messages.
#include "service/handlers/recalls/convert.h"

#include <cstdint>

#include "google/protobuf/duration.pb.h"
#include "service/convert/convert.h"
#include "service/convert/traces.h"
#include "storage/genealogy/graph/places.h"
#include "storage/genealogy/questions/recipients.h"
#include "storage/recalls/report.h"

namespace lots {
namespace {

v1::RecallSeed ToProto(const RecallSeed& seed) {
  v1::RecallSeed message;
  message.set_lot_id(seed.lot_id.value().ToString());
  message.set_product_id(seed.product_id.value());
  message.set_number(seed.number);
  SetIfAny(seed.added_at,
           [&](absl::Time time) { *message.mutable_add_time() = lots::ToProto(time); });
  return message;
}

v1::RecallScope ToProto(const RecallScope& scope) {
  v1::RecallScope message;
  message.set_former_count(scope.former_count);
  message.set_lot_count(scope.lot_count);
  message.set_certain_count(scope.certain_count);
  message.set_possible_count(scope.lot_count - scope.certain_count);
  message.set_depth(scope.depth);
  message.set_on_hand_lot_count(scope.on_hand_lot_count);
  message.set_delivered_lot_count(scope.delivered_lot_count);
  message.set_excluded_lot_count(scope.excluded_lot_count);
  return message;
}

google::protobuf::Duration DurationToProto(absl::Duration duration) {
  google::protobuf::Duration message;
  message.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return message;
}

// 12.5 for 125 tenths.
double PercentOf(int64_t tenths) { return static_cast<double>(tenths) / 10; }

// Cut after one decimal; 100 where there is nothing to do.
double PercentOf(int64_t part, int64_t whole) {
  return whole == 0 ? 100 : PercentOf(part * 1'000 / whole);
}

v1::RecallEffectiveness ToProto(const RecallEffectiveness& effectiveness) {
  v1::RecallEffectiveness message;
  const int64_t recipients = effectiveness.recipient_count;
  message.set_recipient_count(recipients);
  message.set_notified_count(effectiveness.notified_count);
  message.set_answered_count(effectiveness.answered_count);
  message.set_notified_percent(PercentOf(effectiveness.notified_count, recipients));
  message.set_answered_percent(PercentOf(effectiveness.answered_count, recipients));
  message.set_shipped_percent(PercentOf(effectiveness.shipped_tenths));
  message.set_on_hand_percent(PercentOf(effectiveness.on_hand_tenths));
  message.set_unaccounted_lot_count(effectiveness.unaccounted_lot_count);
  return message;
}

v1::RecallExclusion ToProto(const RecallExclusion& exclusion) {
  v1::RecallExclusion message;
  message.set_change(static_cast<v1::RecallMemberChange>(exclusion.change));
  message.set_evidence(exclusion.evidence);
  message.set_evidence_link(exclusion.evidence_link);
  message.set_excluder(exclusion.excluded_by);
  *message.mutable_exclude_time() = lots::ToProto(exclusion.excluded_at);
  return message;
}

v1::LotRef RefToProto(const LotRef& lot) {
  v1::LotRef message;
  SetIfAny(lot.lot_id, [&](const LotId& id) { message.set_lot_id(id.value().ToString()); });
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  return message;
}

v1::RecallDisposition ToProto(const RecallDisposition& disposition) {
  v1::RecallDisposition message;
  *message.mutable_lot() = RefToProto(disposition.lot);
  message.set_location_id(disposition.location_id.value());
  message.set_kind(static_cast<v1::RecallDispositionKind>(disposition.kind));
  message.set_quantity(disposition.quantity.Format(disposition.scale));
  message.set_note(disposition.note);
  message.set_link(disposition.link);
  message.set_recorder(disposition.recorded_by);
  *message.mutable_record_time() = lots::ToProto(disposition.recorded_at);
  return message;
}

v1::RecipientResponse ToProto(const RecipientResponse& response) {
  v1::RecipientResponse message;
  message.set_partner_id(response.partner_id);
  SetIfAny(response.notified_at,
           [&](absl::Time time) { *message.mutable_notify_time() = lots::ToProto(time); });
  message.set_notify_method(response.notified_how);
  SetIfAny(response.answered_at,
           [&](absl::Time time) { *message.mutable_answer_time() = lots::ToProto(time); });
  message.set_note(response.note);
  message.set_link(response.link);
  message.set_recorder(response.recorded_by);
  *message.mutable_record_time() = lots::ToProto(response.recorded_at);
  return message;
}

v1::RecipientQuantities ToProto(const RecipientQuantities& quantities) {
  v1::RecipientQuantities message;
  *message.mutable_lot() = RefToProto(quantities.lot);
  SetIfAny(quantities.delivery,
           [&](const MovementId& id) { message.set_delivery_movement_id(id.value().ToString()); });
  const int scale = quantities.scale;
  SetIfAny(quantities.found,
           [&](Quantity found) { message.set_found_quantity(found.Format(scale)); });
  message.set_destroyed_quantity(quantities.destroyed.Format(scale));
  message.set_returned_quantity(quantities.returned.Format(scale));
  message.set_sold_on_quantity(quantities.sold_on.Format(scale));
  message.set_partner_id(quantities.partner_id);
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
  SetIfAny(lot.exclusion, [&](const RecallExclusion& exclusion) {
    *message.mutable_exclusion() = ToProto(exclusion);
  });
  message.set_unaccounted_quantity(lot.unaccounted.Format(lot.scale));
  return message;
}

}  // namespace

v1::RecallFormerLot ToProto(const RecallFormerLot& lot) {
  v1::RecallFormerLot message;
  message.set_lot_id(lot.lot_id.value().ToString());
  message.set_product_id(lot.product_id.value());
  message.set_number(lot.number);
  message.set_certainty(lot.certain ? v1::CERTAINTY_CERTAIN : v1::CERTAINTY_POSSIBLE);
  message.set_depth(lot.depth);
  *message.mutable_until_time() = ToProto(lot.until);
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
           [&](absl::Time time) { *message.mutable_open_time() = ToProto(time); });
  *message.mutable_open_duration() = DurationToProto(recall.open_duration);
  message.set_closer(recall.closed_by);
  SetIfAny(recall.closed_at,
           [&](absl::Time time) { *message.mutable_close_time() = ToProto(time); });
  message.set_closing_note(recall.closing_note);
  message.set_only_listed_exempt(recall.only_listed_exempt);
  SetIfAny(recall.effectiveness, [&](const RecallEffectiveness& effectiveness) {
    *message.mutable_effectiveness() = ToProto(effectiveness);
  });
  // A recall that a dry run would open has no version yet.
  if (recall.opened_at.has_value()) message.set_etag(EtagOf(recall.version));
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
    *message.add_recipients() = ToProto(recipient);
  }
  for (const RecallDisposition& disposition : piece.dispositions) {
    *message.add_dispositions() = ToProto(disposition);
  }
  for (const RecipientResponse& response : piece.responses) {
    *message.add_responses() = ToProto(response);
  }
  for (const RecipientQuantities& quantities : piece.quantities) {
    *message.add_recipient_quantities() = ToProto(quantities);
  }
  return message;
}

}  // namespace lots
