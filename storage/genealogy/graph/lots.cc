// Reads lots and transformations for the walk; packs those that wait to be emitted.
#include "storage/genealogy/graph/lots.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>

#include "absl/strings/string_view.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/transformation.h"
#include "storage/genealogy/ends/left_over.h"
#include "storage/genealogy/graph/answer.h"
#include "storage/genealogy/graph/query.h"

namespace lots {
namespace {

LOTS_BY_IDS(kTraceLots, "trace_lots", R"sql(
  SELECT lot_id, product_id, number_key, number, tracking, scale, reference, state, expires_on
  FROM lots WHERE company = $1 AND )sql",
            "lot_id", "");

// The transformations that are in effect: they happened in [$3, $4) and by $5, were recorded by $6,
// and were not reversed. A reversal corrects the record: it takes effect when it is recorded,
// whatever its own time is. $7: whether to find out if a single lot was made, which may be listed
// twice; a walk downstream sees this from the outputs that it reads.
LOTS_BY_IDS(kTransformationHeaders, "trace_step_headers", R"sql(
  SELECT t.transformation_id, t.kind,
         $7 AND NOT EXISTS (
           SELECT FROM transformation_outputs o
           WHERE o.company = $1 AND o.transformation_id = t.transformation_id AND o.lot_id <> (
             SELECT f.lot_id FROM transformation_outputs f
             WHERE f.company = $1 AND f.transformation_id = t.transformation_id
               AND )sql" LOTS_OUTPUT_ROLE(f) R"sql( <> {OUTPUT_RETURNED}
             ORDER BY f.line LIMIT 1)
             AND )sql" LOTS_OUTPUT_ROLE(o) R"sql( <> {OUTPUT_RETURNED}),
         t.occurred_at, t.work_order_id, t.recorded_at, t.actor, t.note, t.operation, t.work_centre,
         t.subcontractor_id
  FROM transformations t
  WHERE t.company = $1 AND )sql"_sql,
            "t.transformation_id", R"sql(
    AND t.occurred_at >= $3 AND t.occurred_at < $4 AND t.occurred_at <= $5 AND t.recorded_at <= $6
    AND NOT EXISTS (
      SELECT FROM transformations r
      WHERE r.company = $1 AND r.reverses_id = t.transformation_id AND r.recorded_at <= $6)
            )sql"_sql);

constexpr int32_t kNever = std::numeric_limits<int32_t>::max();

// The fixed part of a lot in the queue. Product, number and reference follow.
struct LotHeader {
  uint16_t product_size;  // 0: the same product as the lot before
  uint16_t number_size;
  LotState state;
  int32_t expires_on;  // days since 1970-01-01, or kNever
};

// The fixed part of a transformation in the queue. Work order, actor and note follow.
struct TransformationHeader {
  int64_t occurred_at, recorded_at;  // microseconds, as the database keeps them
  uint16_t work_order_size;
  uint16_t actor_size;
  uint16_t operation_size, work_centre_size, subcontractor_size;
  bool has_work_order;
  bool same_actor;  // as the transformation before
};

template <class Header>
absl::string_view BytesOf(const Header& header) {
  static_assert(std::is_trivially_copyable_v<Header>);
  return {reinterpret_cast<const char*>(&header), sizeof(header)};
}

template <class Header>
Header TakeHeader(absl::string_view& left) {
  Header header;
  std::memcpy(&header, TakePiece(left, sizeof(header)).data(), sizeof(header));
  return header;
}

}  // namespace

void AddTraceLots(pg::ParallelReads& reads, const TraceQuery& query, const IdPart<LotId>& lots) {
  AddByIds(reads, kTraceLots, query.company, lots);
}

TraceLot ReadTraceLot(const pg::Row& row) {
  TraceLot lot;
  lot.lot_id = row.Get<LotId>(0);
  lot.product_id = row.Get<ProductId>(1);
  lot.number_key = row.Get<std::string>(2);
  lot.number = row.Get<std::string>(3);
  lot.tracking = row.Get<Tracking>(4);
  lot.scale = row.Get<int>(5);
  lot.reference = row.Get<std::string>(6);
  lot.state = row.Get<LotState>(7);
  lot.expires_on = row.Get<std::optional<absl::CivilDay>>(8);
  return lot;
}

void AddTraceTransformations(pg::ParallelReads& reads, const TraceQuery& query,
                             const IdPart<TransformationId>& transformations) {
  AddByIds(reads, kTransformationHeaders, query.company, transformations, query.filter.begin,
           query.filter.end, query.as_of, query.known_at,
           query.direction == TraceDirection::kUpstream);
}

Transformation ReadTraceTransformation(const pg::Row& row) {
  Transformation transformation;
  transformation.transformation_id = row.Get<TransformationId>(0);
  transformation.kind = row.Get<TransformationKind>(1);
  transformation.occurred_at = row.Get<absl::Time>(3);
  transformation.work_order = row.Get<std::optional<WorkOrderId>>(4);
  transformation.recorded_at = row.Get<absl::Time>(5);
  transformation.actor = row.Get<std::string>(6);
  transformation.note = row.Get<std::string>(7);
  transformation.work_place = {.operation = row.Get<std::string>(8),
                               .work_centre = row.Get<std::string>(9),
                               .subcontractor_id = row.Get<std::string>(10)};
  return transformation;
}

bool HasSingleOutput(const pg::Row& row) { return row.Get<bool>(2); }

void SortTraceLots(std::vector<TraceLot>& lots) {
  const auto comes_before = [](const TraceLot& a, const TraceLot& b) {
    return std::tie(a.product_id, a.number_key, a.lot_id) <
           std::tie(b.product_id, b.number_key, b.lot_id);
  };
  // The lots come by id, and numbers often grow with the ids.
  if (!std::is_sorted(lots.begin(), lots.end(), comes_before)) {
    std::sort(lots.begin(), lots.end(), comes_before);
  }
}

TraceNode NodeOf(const TraceLot& lot) {
  TraceNode node;
  node.lot_id = lot.lot_id;
  node.product_id = lot.product_id;
  node.number = lot.number;
  node.tracking = lot.tracking;
  node.scale = lot.scale;
  node.reference = lot.reference;
  node.state = lot.state;
  node.expires_on = lot.expires_on;
  return node;
}

void TraceLotQueue::Push(const TraceLot& lot) {
  const bool same_product = lot.product_id == pushed_;
  const absl::string_view product = same_product ? "" : absl::string_view(lot.product_id.value());
  LotHeader header{};
  header.product_size = static_cast<uint16_t>(product.size());
  header.number_size = static_cast<uint16_t>(lot.number.size());
  header.state = lot.state;
  header.expires_on =
      lot.expires_on ? static_cast<int32_t>(*lot.expires_on - absl::CivilDay()) : kNever;
  queue_.Push({BytesOf(header), product, lot.number, lot.reference});
  if (!same_product) pushed_ = lot.product_id;
}

void TraceLotQueue::Pop(TraceNode& node) {
  absl::string_view left = queue_.Pop();
  const auto header = TakeHeader<LotHeader>(left);
  if (header.product_size > 0) {
    popped_ = ProductId(std::string(TakePiece(left, header.product_size)));
  }
  node.product_id = popped_;
  node.number = std::string(TakePiece(left, header.number_size));
  node.reference = std::string(left);
  node.state = header.state;
  if (header.expires_on != kNever) node.expires_on = absl::CivilDay() + header.expires_on;
}

void TransformationQueue::Push(const Transformation& transformation) {
  const absl::string_view work_order =
      transformation.work_order ? absl::string_view(transformation.work_order->value()) : "";
  const bool same_actor = transformation.actor == pushed_;
  const absl::string_view actor = same_actor ? "" : absl::string_view(transformation.actor);
  TransformationHeader header{};
  header.occurred_at = absl::ToUnixMicros(transformation.occurred_at);
  header.recorded_at = absl::ToUnixMicros(transformation.recorded_at);
  header.work_order_size = static_cast<uint16_t>(work_order.size());
  header.actor_size = static_cast<uint16_t>(actor.size());
  header.has_work_order = transformation.work_order.has_value();
  header.same_actor = same_actor;
  const WorkPlace& place = transformation.work_place;
  header.operation_size = static_cast<uint16_t>(place.operation.size());
  header.work_centre_size = static_cast<uint16_t>(place.work_centre.size());
  header.subcontractor_size = static_cast<uint16_t>(place.subcontractor_id.size());
  queue_.Push({BytesOf(header), work_order, actor, place.operation, place.work_centre,
               place.subcontractor_id, transformation.note});
  if (!same_actor) pushed_ = transformation.actor;
}

Transformation TransformationQueue::Pop() {
  absl::string_view left = queue_.Pop();
  const auto header = TakeHeader<TransformationHeader>(left);
  Transformation transformation;
  transformation.occurred_at = absl::FromUnixMicros(header.occurred_at);
  transformation.recorded_at = absl::FromUnixMicros(header.recorded_at);
  const absl::string_view work_order = TakePiece(left, header.work_order_size);
  if (header.has_work_order) transformation.work_order = WorkOrderId(std::string(work_order));
  const absl::string_view actor = TakePiece(left, header.actor_size);
  if (!header.same_actor) popped_ = std::string(actor);
  transformation.actor = popped_;
  transformation.work_place = {
      .operation = std::string(TakePiece(left, header.operation_size)),
      .work_centre = std::string(TakePiece(left, header.work_centre_size)),
      .subcontractor_id = std::string(TakePiece(left, header.subcontractor_size))};
  transformation.note = std::string(left);
  return transformation;
}

}  // namespace lots
