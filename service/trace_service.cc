#include "service/trace_service.h"

#include <utility>
#include <vector>

#include "service/convert.h"
#include "service/fields.h"
#include "storage/base/status_macros.h"
#include "storage/limits.h"
#include "storage/lot_resolve.h"
#include "storage/trace.h"

namespace lots {

namespace {

constexpr Method kTraceUpstream{"lots.v1.TraceService/TraceUpstream"};
constexpr Method kTraceDownstream{"lots.v1.TraceService/TraceDownstream"};

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
  SetIfAny(node.expires_on,
           [&](absl::CivilDay day) { *message.mutable_expire_date() = lots::ToProto(day); });
  message.set_on_hand_quantity(node.on_hand.Format(node.scale));
  for (const TracePlace& place : node.places) *message.add_places() = ToProto(place, node.scale);
  for (const PartnerMovement& movement : node.partner_movements) {
    *message.add_partner_movements() = ToProto(movement, node.scale);
  }
  message.set_place_count(static_cast<int32_t>(node.place_count));
  message.set_partner_movement_count(static_cast<int32_t>(node.partner_movement_count));
  return message;
}

v1::TraceLink ToProto(const TraceLink& link) {
  v1::TraceLink message;
  message.set_transformation_id(link.transformation_id.value().ToString());
  message.set_lot_id(link.lot_id.value().ToString());
  message.set_kind(static_cast<v1::TraceLinkKind>(link.kind));
  message.set_quantity(link.quantity.ToString());
  if (link.output_lot_id) message.set_output_lot_id(link.output_lot_id->value().ToString());
  return message;
}

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
  return message;
}

// Every seed, or a refusal that names each one that is not there.
absl::StatusOr<std::vector<LotId>> FindSeeds(pg::Connection& db, const CompanyId& company,
                                             const std::vector<LotRef>& refs) {
  ASSIGN_OR_RETURN(const auto found, ResolveLots(db, company, refs));
  std::vector<LotId> seeds;
  std::vector<Problem> problems;
  for (size_t i = 0; i < refs.size(); ++i) {
    if (found[i].has_value()) {
      seeds.push_back(found[i]->lot_id);
    } else {
      problems.push_back(LotNotFound(refs[i], Indexed("seeds", i)));
    }
  }
  if (!problems.empty()) return Refuse(std::move(problems));
  return seeds;
}

// The two methods differ in their direction and in the names of their messages.
template <class Request, class Response>
absl::Status Walk(TraceDirection direction, const Request& request, const Call& call,
                  pg::Connection& db, Sink<Response>& sink) {
  FieldChecker fields;
  fields.Count("seeds", request.seeds_size(), 1, kTraceSeedsMax);
  std::vector<LotRef> refs;
  for (int i = 0; i < request.seeds_size(); ++i) {
    refs.push_back(fields.Lot(Indexed("seeds", i), request.seeds(i)));
  }
  TraceOrder order{.company = call.company, .direction = direction};
  order.depth_max =
      static_cast<int>(fields.InRange("depth_max", request.depth_max(), 0, kTraceDepthMax));
  order.node_limit = fields.InRange("node_limit", request.node_limit(), 0, kTraceNodesMax);
  if (!fields.ok()) return fields.status();
  if (order.depth_max == 0) order.depth_max = kTraceDepthMax;
  if (order.node_limit == 0) order.node_limit = kTraceNodesDefault;
  ASSIGN_OR_RETURN(order.seeds, FindSeeds(db, call.company, refs));
  ASSIGN_OR_RETURN(const TraceSummary summary, Trace(db, order, [&](const TracePiece& piece) {
                     Response message;
                     *message.mutable_piece() = ToProto(piece);
                     sink.Append(std::move(message));
                   }));
  Response last;
  *last.mutable_summary() = ToProto(summary);
  sink.Append(std::move(last));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerWriteReactor<v1::TraceUpstreamResponse>* TraceService::TraceUpstream(
    grpc::CallbackServerContext* context, const v1::TraceUpstreamRequest* request) {
  return rpc_.Stream(context, request, kTraceUpstream, handlers::TraceUpstream);
}

grpc::ServerWriteReactor<v1::TraceDownstreamResponse>* TraceService::TraceDownstream(
    grpc::CallbackServerContext* context, const v1::TraceDownstreamRequest* request) {
  return rpc_.Stream(context, request, kTraceDownstream, handlers::TraceDownstream);
}

namespace handlers {

absl::Status TraceUpstream(const v1::TraceUpstreamRequest& request, const Call& call,
                           pg::Connection& db, Sink<v1::TraceUpstreamResponse>& sink) {
  return Walk(TraceDirection::kUpstream, request, call, db, sink);
}

absl::Status TraceDownstream(const v1::TraceDownstreamRequest& request, const Call& call,
                             pg::Connection& db, Sink<v1::TraceDownstreamResponse>& sink) {
  return Walk(TraceDirection::kDownstream, request, call, db, sink);
}

}  // namespace handlers

}  // namespace lots
