// Where locations lie: what a change of parents does to the tree.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/domain/ids.h"
#include "storage/domain/kinds.h"
#include "storage/pg/pipeline.h"

namespace lots {

// A part of a company's tree that is closed upwards: with a location, its ancestors are in it.
class LocationTree {
 public:
  struct Node {
    std::optional<LocationId> parent;
    LocationKind kind = LocationKind::kInternal;
  };

  // Reads the given locations that exist and all their ancestors, in the transaction's open
  // pipeline.
  static size_t AddRead(pg::Transaction& transaction, const CompanyId& company,
                        const std::vector<LocationId>& ids);
  static LocationTree Of(const pg::Result& read);

  void Put(const LocationId& id, Node node) { nodes_[id] = std::move(node); }
  // Null when there is no such location.
  const Node* Find(const LocationId& id) const;
  // How many levels there are down to the location, 1 for one without a parent; nothing when it is
  // its own ancestor.
  std::optional<int> LevelOf(const LocationId& id) const;

 private:
  std::map<LocationId, Node> nodes_;
};

// How many levels lie below each of the locations, as far as kLocationDepthMax; those without any
// are left out.
absl::StatusOr<std::map<LocationId, int>> LevelsBelow(pg::Transaction& transaction,
                                                      const CompanyId& company,
                                                      const std::vector<LocationId>& ids);

}  // namespace lots
