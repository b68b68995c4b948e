// The tree of locations, for validating a change of parents.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds/location.h"
#include "storage/pg/pipeline.h"

namespace lots {

// LocationTree is a part of a company's tree. With each location it has all of its ancestors.
class LocationTree {
 public:
  struct Node {
    std::optional<LocationId> parent;
    LocationKind kind = LocationKind::kInternal;
  };

  // Adds the read of the given locations that exist, and of all their ancestors.
  static size_t AddRead(pg::Transaction& transaction, const CompanyId& company,
                        const std::vector<LocationId>& ids);
  static LocationTree Of(const pg::Result& read);

  void Put(const LocationId& id, Node node) { nodes_[id] = std::move(node); }
  // nullptr when there is no such location.
  const Node* Find(const LocationId& id) const;
  // The location's level, 1 for a location without a parent. None when the location is its own
  // ancestor.
  std::optional<int> LevelOf(const LocationId& id) const;

 private:
  std::map<LocationId, Node> nodes_;
};

// The number of levels below each of the locations, kLocationDepthMax at most. Locations with none
// below them are left out.
absl::StatusOr<std::map<LocationId, int>> LevelsBelow(pg::Transaction& transaction,
                                                      const CompanyId& company,
                                                      const std::vector<LocationId>& ids);

}  // namespace lots
