// TraceService: traces upstream and downstream, streamed.
#include "service/handlers/trace.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/convert/fields.h"
#include "service/convert/send_pieces.h"
#include "service/convert/traces.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/domain/lot_ref.h"
#include "storage/genealogy/trace.h"
#include "storage/lot_rows/existence.h"

namespace lots {
namespace {

void ReadKinds(const v1::TraceFilter& filter, FieldChecker& fields, TraceFilter& read) {
  fields.Count("filter.link_kinds", filter.link_kinds_size(), 0, kTraceLinkKindsMax);
  std::set<TraceLinkKind> seen;
  for (int i = 0; i < filter.link_kinds_size(); ++i) {
    const std::string field = Indexed("filter.link_kinds", i);
    const auto kind = fields.RequiredEnum<TraceLinkKind>(field, filter.link_kinds(i));
    if (kind == TraceLinkKind::kReturnedComponent) {
      fields.Refused(field, "RETURNED_COMPONENT", "a link of this kind is never followed");
    } else if (!seen.insert(kind).second) {
      fields.Refused(field, "", "this kind is there twice");
    } else {
      read.link_kinds.push_back(kind);
    }
  }
}

TraceFilter FilterOf(const v1::TraceFilter& filter, FieldChecker& fields) {
  TraceFilter read;
  read.begin =
      fields.Time("filter.begin_time", filter.has_begin_time() ? &filter.begin_time() : nullptr)
          .value_or(absl::InfinitePast());
  read.end = fields.Time("filter.end_time", filter.has_end_time() ? &filter.end_time() : nullptr)
                 .value_or(absl::InfiniteFuture());
  ReadKinds(filter, fields, read);
  fields.Count("filter.product_ids", filter.product_ids_size(), 0, kTraceFilterValuesMax);
  for (int i = 0; i < filter.product_ids_size(); ++i) {
    read.product_ids.push_back(
        fields.Required<ProductId>(Indexed("filter.product_ids", i), filter.product_ids(i)));
  }
  fields.Count("filter.location_ids", filter.location_ids_size(), 0, kTraceFilterValuesMax);
  for (int i = 0; i < filter.location_ids_size(); ++i) {
    read.location_ids.push_back(
        fields.Required<LocationId>(Indexed("filter.location_ids", i), filter.location_ids(i)));
  }
  return read;
}

// A product or location that does not exist is refused; no lot would pass.
absl::Status CheckFilter(const CompanyId& company, const TraceFilter& filter, pg::Connection& db) {
  AskedResources asked{.company = company};
  for (size_t i = 0; i < filter.product_ids.size(); ++i) {
    asked.products.emplace_back(Indexed("filter.product_ids", i), filter.product_ids[i]);
  }
  for (size_t i = 0; i < filter.location_ids.size(); ++i) {
    asked.locations.emplace_back(Indexed("filter.location_ids", i), filter.location_ids[i]);
  }
  if (asked.products.empty() && asked.locations.empty()) return absl::OkStatus();
  return CheckExistence(db, asked);
}

// The two methods differ in their direction and in the names of their messages.
template <class Request>
absl::StatusOr<TraceQuery> QueryOf(TraceDirection direction, const Request& request,
                                   const Call& call, pg::Connection& db) {
  FieldChecker fields;
  fields.Count("seeds", request.seeds_size(), 1, kTraceSeedsMax);
  std::vector<LotRef> refs;
  for (int i = 0; i < request.seeds_size(); ++i) {
    refs.push_back(fields.Lot(Indexed("seeds", i), request.seeds(i)));
  }
  TraceQuery query{.company = call.company, .direction = direction};
  query.depth_max =
      static_cast<int>(fields.InRange("depth_max", request.depth_max(), 0, kTraceDepthMax));
  query.node_limit = fields.InRange("node_limit", request.node_limit(), 0, kTraceNodesMax);
  query.as_of = fields.Time("as_of", request.has_as_of() ? &request.as_of() : nullptr)
                    .value_or(absl::InfiniteFuture());
  query.known_at = fields.Time("known_at", request.has_known_at() ? &request.known_at() : nullptr)
                       .value_or(absl::InfiniteFuture());
  query.filter = FilterOf(request.filter(), fields);
  query.include_former = request.include_former();
  if (!fields.ok()) return fields.status();
  if (query.depth_max == 0) query.depth_max = kTraceDepthMax;
  if (query.node_limit == 0) query.node_limit = kTraceNodesDefault;
  ASSIGN_OR_RETURN(query.seeds, FindEvery(db, call.company, refs, "seeds"));
  RETURN_IF_ERROR(CheckFilter(call.company, query.filter, db));
  return query;
}

// A piece, or at the end the summary.
template <class Response>
std::optional<Response> MessageOf(const TraceReader& reader,
                                  const std::optional<TracePiece>& piece) {
  Response message;
  if (piece.has_value()) {
    *message.mutable_piece() = ToProto(*piece);
  } else {
    *message.mutable_summary() = ToProto(reader.summary());
  }
  return message;
}

template <class Request, class Response>
absl::Status Walk(TraceDirection direction, const Request& request, const Call& call,
                  pg::Connection& db, Sink<Response>& sink) {
  ASSIGN_OR_RETURN(TraceQuery query, QueryOf(direction, request, call, db));
  return SendPieces(std::make_shared<TraceReader>(std::move(query), call.pool), db, sink,
                    MessageOf<Response>);
}

}  // namespace

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
