#include "storage/by_ids.h"

#include <cstdint>

#include "storage/base/status_macros.h"

namespace lots {
namespace {

constexpr pg::Statement kLotsBetween{"count_lots_between", R"sql(
  SELECT count(*) FROM (
    SELECT FROM lots WHERE company = $1 AND lot_id BETWEEN $2 AND $3 LIMIT $4) AS found)sql"};

constexpr pg::Statement kTransformationsBetween{"count_transformations_between", R"sql(
  SELECT count(*) FROM (
    SELECT FROM transformations
    WHERE company = $1 AND transformation_id BETWEEN $2 AND $3 LIMIT $4) AS found)sql"};

// Fewer are looked up sooner than counted.
constexpr size_t kIdsMin = 200;
// So many times the ids may lie between the first and the last.
constexpr int64_t kRowsPerId = 2;

template <class Id>
absl::StatusOr<std::vector<IdPart<Id>>> Cut(pg::SpreadReads& reads,
                                            const pg::Statement& count_between,
                                            const CompanyId& company, absl::Span<const Id> ids,
                                            size_t ids_per_part) {
  std::vector<IdPart<Id>> parts;
  for (size_t begin = 0; begin < ids.size(); begin += ids_per_part) {
    parts.push_back({ids.subspan(begin, ids_per_part)});
  }
  if (ids.size() < kIdsMin) return parts;
  // One more than may be there tells that there are more.
  const auto rows_max = [](const IdPart<Id>& part) {
    return kRowsPerId * static_cast<int64_t>(part.ids.size());
  };
  for (const IdPart<Id>& part : parts) {
    reads.Add(count_between, company, part.ids.front(), part.ids.back(), rows_max(part) + 1);
  }
  RETURN_IF_ERROR(reads.Post());
  for (IdPart<Id>& part : parts) {
    ASSIGN_OR_RETURN(const pg::Result counted, reads.Take());
    part.close = counted[0].template Get<int64_t>(0) <= rows_max(part);
  }
  return parts;
}

}  // namespace

absl::StatusOr<std::vector<IdPart<LotId>>> PartsOf(pg::SpreadReads& reads, const CompanyId& company,
                                                   absl::Span<const LotId> ids,
                                                   size_t ids_per_part) {
  return Cut(reads, kLotsBetween, company, ids, ids_per_part);
}

absl::StatusOr<std::vector<IdPart<TransformationId>>> PartsOf(
    pg::SpreadReads& reads, const CompanyId& company, absl::Span<const TransformationId> ids) {
  return Cut(reads, kTransformationsBetween, company, ids, kIdsPerPart);
}

}  // namespace lots
