// Nodes, links and summaries of traces as messages.
#include "service/convert/traces.h"

#include <optional>

#include "service/convert/convert.h"
#include "storage/domain/ids.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/genealogy/questions/recipients.h"

namespace lots {

v1::PartnerMovement ToProto(const PartnerMovement& movement, int scale) {
  v1::PartnerMovement message;
  message.set_kind(lots::ToProto(movement.kind));
  message.set_partner_id(movement.partner_id);
  *message.mutable_document() = lots::ToProto(movement.document);
  message.set_quantity(movement.quantity.Format(scale));
  *message.mutable_occur_time() = lots::ToProto(movement.occurred_at);
  message.set_location_id(movement.location_id.value());
  return message;
}

v1::TracePlace ToProto(const TracePlace& place, int scale) {
  v1::TracePlace message;
  message.set_location_id(place.location_id.value());
  message.set_location_kind(lots::ToProto(place.kind));
  message.set_quantity(place.quantity.Format(scale));
  SetIfAny(place.arrived_at,
           [&](absl::Time time) { *message.mutable_arrive_time() = lots::ToProto(time); });
  SetIfAny(place.work_order,
           [&](const WorkOrderId& order) { message.set_work_order_id(order.value()); });
  return message;
}

namespace {

v1::TraceBounds ToProto(const TraceBounds& bounds, int scale, std::optional<int> seed_scale) {
  v1::TraceBounds message;
  message.set_total_quantity(bounds.total.Format(scale));
  message.set_affected_quantity_min(bounds.affected_min.Format(scale));
  message.set_affected_quantity_max(bounds.affected_max.Format(scale));
  SetIfAny(seed_scale, [&](int decimals) {
    message.set_seed_quantity_min(bounds.seed_min.Format(decimals));
    message.set_seed_quantity_max(bounds.seed_max.Format(decimals));
  });
  return message;
}

v1::TraceNode ToProto(const TraceNode& node) {
  v1::TraceNode message;
  message.set_lot_id(node.lot_id.value().ToString());
  message.set_product_id(node.product_id.value());
  message.set_number(node.number);
  message.set_tracking(lots::ToProto(node.tracking));
  message.set_reference(node.reference);
  message.set_state(lots::ToProto(node.state));
  message.set_depth(node.depth);
  message.set_certainty(static_cast<v1::Certainty>(node.certainty));
  message.set_former(node.former);
  SetIfAny(node.until,
           [&](absl::Time time) { *message.mutable_until_time() = lots::ToProto(time); });
  SetIfAny(node.expires_on,
           [&](absl::CivilDay day) { *message.mutable_expire_date() = lots::ToProto(day); });
  message.set_on_hand_quantity(node.on_hand.Format(node.scale));
  for (const TracePlace& place : node.places) *message.add_places() = ToProto(place, node.scale);
  for (const PartnerMovement& movement : node.partner_movements) {
    *message.add_partner_movements() = ToProto(movement, node.scale);
  }
  message.set_place_count(static_cast<int32_t>(node.place_count));
  SetIfAny(node.bounds, [&](const TraceBounds& bounds) {
    *message.mutable_bounds() = ToProto(bounds, node.scale, node.seed_scale);
  });
  message.set_partner_movement_count(static_cast<int32_t>(node.partner_movement_count));
  return message;
}

v1::TraceLink ToProto(const TraceLink& link) {
  v1::TraceLink message;
  message.set_transformation_id(link.transformation_id.value().ToString());
  message.set_lot_id(link.lot_id.value().ToString());
  message.set_kind(static_cast<v1::TraceLinkKind>(link.kind));
  message.set_quantity(link.quantity.ToString());
  if (link.former_until.has_value()) {
    message.set_former(true);
    *message.mutable_until_time() = lots::ToProto(*link.former_until);
  }
  if (link.output_lot_id) message.set_output_lot_id(link.output_lot_id->value().ToString());
  return message;
}

}  // namespace

v1::TracePiece ToProto(const TracePiece& piece) {
  v1::TracePiece message;
  for (const TraceNode& node : piece.nodes) *message.add_nodes() = ToProto(node);
  for (const Transformation& transformation : piece.transformations) {
    *message.add_transformations() = lots::ToProto(transformation);
  }
  for (const TraceLink& link : piece.links) *message.add_links() = ToProto(link);
  return message;
}

v1::TraceSummary ToProto(const TraceSummary& summary) {
  v1::TraceSummary message;
  message.set_node_count(summary.node_count);
  message.set_transformation_count(summary.transformation_count);
  message.set_link_count(summary.link_count);
  message.set_depth(summary.depth);
  message.set_truncated(!summary.truncated_by.empty());
  message.set_truncated_by(summary.truncated_by);
  for (const LotId& lot_id : summary.resume) {
    message.add_resume_lot_ids(lot_id.value().ToString());
  }
  message.set_resume_lot_count(summary.resume_count);
  return message;
}

v1::Recipient ToProto(const Recipient& recipient) {
  v1::Recipient message;
  message.set_partner_id(recipient.partner_id);
  message.set_location_id(recipient.location_id.value());
  message.set_from_location_id(recipient.from.value());
  *message.mutable_document() = lots::ToProto(recipient.document);
  message.set_movement_id(recipient.movement_id.value().ToString());
  *message.mutable_occur_time() = lots::ToProto(recipient.occurred_at);
  message.set_lot_id(recipient.lot_id.value().ToString());
  message.set_product_id(recipient.product_id.value());
  message.set_number(recipient.number);
  message.set_delivered_quantity(recipient.delivered.Format(recipient.scale));
  message.set_returned_quantity(recipient.returned.Format(recipient.scale));
  message.set_net_quantity(recipient.net().Format(recipient.scale));
  message.set_direct(recipient.direct());
  message.set_depth(recipient.depth);
  message.set_former(recipient.former);
  message.set_certainty(recipient.certain ? v1::CERTAINTY_CERTAIN : v1::CERTAINTY_POSSIBLE);
  return message;
}

}  // namespace lots
