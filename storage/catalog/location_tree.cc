// Finds cycles and depths that a change of parents would cause.
#include "storage/catalog/location_tree.h"

#include "storage/base/limits.h"
#include "storage/base/status_macros.h"

namespace lots {
namespace {

// Stored trees have no cycle and kLocationDepthMax levels at the most; UNION would end a cycle too.
constexpr pg::Statement kFindAncestors{"find_location_ancestors", R"sql(
  WITH RECURSIVE up AS (
    SELECT location_id, parent_id, kind FROM locations
    WHERE company = $1 AND location_id = ANY ($2)
    UNION
    SELECT l.location_id, l.parent_id, l.kind
    FROM up JOIN locations l ON l.company = $1 AND l.location_id = up.parent_id)
  SELECT location_id, parent_id, kind FROM up)sql"};

constexpr pg::Statement kFindLevelsBelow{"find_location_levels_below", R"sql(
  WITH RECURSIVE down AS (
    SELECT l.parent_id AS root, l.location_id, 1 AS level FROM locations l
    WHERE l.company = $1 AND l.parent_id = ANY ($2)
    UNION ALL
    SELECT down.root, l.location_id, down.level + 1
    FROM down JOIN locations l ON l.company = $1 AND l.parent_id = down.location_id
    WHERE down.level < $3)
  SELECT root, max(level) FROM down GROUP BY root)sql"};

}  // namespace

size_t LocationTree::AddRead(pg::Transaction& transaction, const CompanyId& company,
                             const std::vector<LocationId>& ids) {
  return transaction.Add(kFindAncestors, company, ids);
}

LocationTree LocationTree::Of(const pg::Result& read) {
  LocationTree tree;
  for (const pg::Row& row : read) {
    tree.Put(row.Get<LocationId>(0),
             {.parent = row.Get<std::optional<LocationId>>(1), .kind = row.Get<LocationKind>(2)});
  }
  return tree;
}

const LocationTree::Node* LocationTree::Find(const LocationId& id) const {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::optional<int> LocationTree::LevelOf(const LocationId& id) const {
  int level = 0;
  std::optional<LocationId> at = id;
  while (at.has_value()) {
    ++level;
    // Longer than there are locations: round and round.
    if (level > static_cast<int>(nodes_.size())) return std::nullopt;
    const Node* node = Find(*at);
    at = node == nullptr ? std::nullopt : node->parent;
  }
  return level;
}

absl::StatusOr<std::map<LocationId, int>> LevelsBelow(pg::Transaction& transaction,
                                                      const CompanyId& company,
                                                      const std::vector<LocationId>& ids) {
  std::map<LocationId, int> levels;
  if (ids.empty()) return levels;
  const size_t found = transaction.Add(kFindLevelsBelow, company, ids, kLocationDepthMax);
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  for (const pg::Row& row : read[found]) {
    levels.emplace(row.Get<LocationId>(0), row.Get<int>(1));
  }
  return levels;
}

}  // namespace lots
