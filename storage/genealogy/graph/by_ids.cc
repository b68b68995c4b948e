// Decides whether the rows of a part of ids are read one by one or by a range scan.
#include "storage/genealogy/graph/by_ids.h"

#include <cstdint>

#include "storage/base/status_macros.h"

namespace lots {
namespace {

// To look up fewer ids than this is quicker than to count.
constexpr size_t kIdsMin = 200;
// The most ids and rows in the range for each id that is wanted. An id that is not wanted costs a
// fifth of a lookup, and so does each of its rows; one such id may have a million rows.
constexpr int64_t kIdsMax = 2;
constexpr int64_t kRowsMax = 8;

}  // namespace

template <class Id>
absl::StatusOr<std::vector<IdPart<Id>>> PartsOf(pg::ParallelReads& reads,
                                                const pg::Statement& between,
                                                const CompanyId& company, absl::Span<const Id> ids,
                                                size_t ids_per_part) {
  std::vector<IdPart<Id>> parts;
  for (size_t begin = 0; begin < ids.size(); begin += ids_per_part) {
    parts.push_back({ids.subspan(begin, ids_per_part)});
  }
  if (ids.size() < kIdsMin) return parts;
  // A count of one more than allowed is enough to know that there are too many.
  for (const IdPart<Id>& part : parts) {
    const auto wanted = static_cast<int64_t>(part.ids.size());
    reads.Add(between, company, part.ids.front(), part.ids.back(), kIdsMax * wanted + 1,
              kRowsMax * wanted + 1);
  }
  RETURN_IF_ERROR(reads.SendAsync());
  for (IdPart<Id>& part : parts) {
    const auto wanted = static_cast<int64_t>(part.ids.size());
    ASSIGN_OR_RETURN(const pg::Result counted, reads.Take());
    const pg::Row row = counted[0];
    part.is_dense = row.template Get<int64_t>(0) <= kIdsMax * wanted &&
                    row.template Get<int64_t>(1) <= kRowsMax * wanted;
  }
  return parts;
}

template absl::StatusOr<std::vector<IdPart<LotId>>> PartsOf(pg::ParallelReads&,
                                                            const pg::Statement&, const CompanyId&,
                                                            absl::Span<const LotId>, size_t);
template absl::StatusOr<std::vector<IdPart<TransformationId>>> PartsOf(
    pg::ParallelReads&, const pg::Statement&, const CompanyId&, absl::Span<const TransformationId>,
    size_t);

}  // namespace lots
