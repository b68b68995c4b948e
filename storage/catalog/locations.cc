// UpsertLocations, GetLocation and ListLocations.

#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/location_tree.h"
#include "storage/catalog/new_company.h"
#include "storage/catalog/read_each.h"
#include "storage/catalog/update_fields.h"
#include "storage/domain/errors.h"
#include "storage/domain/reasons.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/existence.h"
#include "storage/numbers/gtin.h"
#include "storage/numbers/new_id.h"
#include "storage/pg/error.h"
#include "storage/pg/pipeline.h"
#include "storage/writes/audit.h"
#include "storage/writes/requests.h"
#include "storage/writes/run_write.h"

namespace lots {
namespace {

// Two writers who each put a location under the other's would make a cycle that neither sees, so
// changes of a company's tree take turns. Weaker than FOR UPDATE: other writes refer to the company
// by foreign keys and go on.
constexpr pg::Statement kLockTree{"lock_location_tree", R"sql(
  SELECT company FROM companies WHERE company = $1 FOR NO KEY UPDATE)sql"};

constexpr pg::Statement kFindLocations{"find_locations", R"sql(
  SELECT location_id, kind, display_name, parent_id, gln, street, city, region, postal_code,
         country, phone, is_default, version, created_at, updated_at, is_quarantine, retired_at
  FROM locations WHERE company = $1 AND location_id = ANY ($2))sql"};

constexpr pg::Statement kListLocations{"list_locations", R"sql(
  SELECT location_id, kind, display_name, parent_id, gln, street, city, region, postal_code,
         country, phone, is_default, version, created_at, updated_at, is_quarantine, retired_at
  FROM locations WHERE company = $1 AND location_id > $2 AND ($4 OR retired_at IS NULL)
  ORDER BY location_id LIMIT $3)sql"};

constexpr pg::Statement kInsertLocation{"insert_location", R"sql(
  INSERT INTO locations
    (company, location_id, kind, display_name, parent_id, gln, street, city, region, postal_code,
     country, phone, is_default, version, created_at, updated_at, is_quarantine)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false, 1, $13, $13, $14))sql"};

constexpr pg::Statement kUpdateLocation{"update_location", R"sql(
  UPDATE locations
  SET display_name = $3, parent_id = $4, gln = $5, street = $6, city = $7, region = $8,
      postal_code = $9, country = $10, phone = $11, version = $12, updated_at = $13,
      is_quarantine = $14
  WHERE company = $1 AND location_id = $2)sql"};

using LocationField = UpdateField<Location>;

constexpr LocationField kLocationFields[] = {
    // Never copied: ValidateKind refuses another kind.
    {"kind", [](const Location&, Location&) {}},
    {"display_name",
     [](const Location& given, Location& l) { l.display_name = given.display_name; }},
    {"parent_id", [](const Location& given, Location& l) { l.parent_id = given.parent_id; }},
    {"gln", [](const Location& given, Location& l) { l.gln = given.gln; }},
    {"address.street",
     [](const Location& given, Location& l) { l.address.street = given.address.street; }},
    {"address.city",
     [](const Location& given, Location& l) { l.address.city = given.address.city; }},
    {"address.region",
     [](const Location& given, Location& l) { l.address.region = given.address.region; }},
    {"address.postal_code",
     [](const Location& given, Location& l) { l.address.postal_code = given.address.postal_code; }},
    {"address.country",
     [](const Location& given, Location& l) { l.address.country = given.address.country; }},
    {"address.phone",
     [](const Location& given, Location& l) { l.address.phone = given.address.phone; }},
    {"is_quarantine",
     [](const Location& given, Location& l) { l.is_quarantine = given.is_quarantine; }},
};

Location ReadLocation(const pg::Row& row) {
  return {.location_id = row.Get<LocationId>(0),
          .kind = row.Get<LocationKind>(1),
          .display_name = row.Get<std::string>(2),
          .parent_id = row.Get<std::optional<LocationId>>(3),
          .gln = row.Get<std::string>(4),
          .address = {.street = row.Get<std::string>(5),
                      .city = row.Get<std::string>(6),
                      .region = row.Get<std::string>(7),
                      .postal_code = row.Get<std::string>(8),
                      .country = row.Get<std::string>(9),
                      .phone = row.Get<std::string>(10)},
          .is_default = row.Get<bool>(11),
          .version = row.Get<int64_t>(12),
          .created_at = row.Get<absl::Time>(13),
          .updated_at = row.Get<absl::Time>(14),
          .is_quarantine = row.Get<bool>(15),
          .retired_at = row.Get<std::optional<absl::Time>>(16)};
}

using LocationsById = std::map<LocationId, Location>;

LocationsById ReadLocations(const pg::Result& rows) {
  LocationsById by_id;
  for (const pg::Row& row : rows) {
    Location location = ReadLocation(row);
    by_id.emplace(location.location_id, std::move(location));
  }
  return by_id;
}

struct Change {
  std::optional<Location> stored;  // none: it is new
  Location wanted;

  bool MovesInTree() const { return stored.has_value() && stored->parent_id != wanted.parent_id; }
};

// Collects the problems of location `index` of a command.
class LocationValidator {
 public:
  LocationValidator(size_t index, std::vector<Problem>& problems)
      : index_(index), problems_(problems) {}

  // `stored`: the current version, 0 of a new location.
  void ValidateVersion(const Location& given, int64_t stored) {
    if (given.version == 0 || given.version == stored) return;
    problems_.push_back(
        ResourceChanged(Indexed("locations", index_), given.location_id.value(), stored));
  }

  void ValidateKind(const Change& change, const Location& given) {
    if (!change.stored.has_value() && !given.kind.has_value()) {
      Refused("kind", "", "is required for a new location");
    }
    if (!change.stored.has_value() ||
        given.kind.value_or(*change.stored->kind) == *change.stored->kind) {
      return;
    }
    const absl::string_view kind = Name(*change.stored->kind);
    Add(Reason::kLocationKindImmutable, "kind",
        absl::StrCat("location \"", given.location_id.value(), "\" is ", kind,
                     " and stays so: goods may have moved by that; register another location"),
        {{"location_id", given.location_id.value()}, {"kind", std::string(kind)}});
  }

  void ValidateNewId(const Change& change) {
    if (change.stored.has_value()) return;
    std::optional<Problem> problem =
        CheckNewId(Indexed("locations", index_, "location_id"), change.wanted.location_id.value());
    if (problem.has_value()) problems_.push_back(*std::move(problem));
  }

  void ValidateDefault(const Change& change, const Location& given) {
    const bool is_default = change.stored.has_value() && change.stored->is_default;
    if (!given.is_default || is_default) return;
    Refused("is_default", "true",
            "is set by the server: the default locations are those that the company began with");
  }

  void ValidateValues(const Location& location) {
    if (!location.gln.empty()) {
      const absl::Status gln = CleanGln(location.gln).status();
      if (!gln.ok()) Refused("gln", location.gln, gln.message());
    }
    if (location.is_quarantine && !IsOnHand(location.kind.value_or(LocationKind::kInternal))) {
      Refused("is_quarantine", "true",
              "is for locations of the kinds INTERNAL and TRANSIT, where goods are on hand");
    }
    const std::string& country = location.address.country;
    const bool is_code =
        country.size() == 2 && absl::ascii_isupper(country[0]) && absl::ascii_isupper(country[1]);
    if (!country.empty() && !is_code) {
      Refused("address.country", country, "is not two capital letters of ISO 3166-1, such as DE");
    }
  }

  // `below`: levels below the location.
  void ValidatePlace(const Location& location, const LocationTree& tree, int below) {
    if (!location.parent_id.has_value()) return;
    const std::string& parent = location.parent_id->value();
    const LocationTree::Node* node = tree.Find(*location.parent_id);
    if (node == nullptr) {
      problems_.push_back(
          ParentLocationNotFound(Indexed("locations", index_, "parent_id"), *location.parent_id));
      return;
    }
    if (location.kind.has_value() && node->kind != *location.kind) {
      Refused("parent_id", parent,
              absl::StrCat("the parent is ", Name(node->kind),
                           "; a location and its parent are of ", "the same kind"));
    }
    const std::optional<int> level = tree.LevelOf(location.location_id);
    if (level.has_value() && *level + below <= kLocationDepthMax) return;
    Add(Reason::kLocationCycle, "parent_id",
        absl::StrCat("under \"", parent, "\", location \"", location.location_id.value(), "\" ",
                     level.has_value()
                         ? absl::StrCat("makes a tree deeper than ", kLocationDepthMax, " levels")
                         : "would be its own ancestor"),
        {{"location_id", location.location_id.value()}, {"parent_id", parent}});
  }

 private:
  void Refused(absl::string_view field, absl::string_view value, absl::string_view message) {
    problems_.push_back(FieldInvalid(Indexed("locations", index_, field), value, message));
  }
  void Add(Reason reason, absl::string_view field, std::string message, Facts facts) {
    problems_.push_back(
        {reason, Indexed("locations", index_, field), std::move(message), std::move(facts)});
  }

  const size_t index_;
  std::vector<Problem>& problems_;
};

// What the order makes of what is stored, in the order's order.
std::vector<Change> PlanChanges(const UpsertLocationsCommand& command, const LocationsById& stored,
                                std::vector<Problem>& problems) {
  std::vector<Change> changes;
  for (size_t i = 0; i < command.locations.size(); ++i) {
    const Location& given = command.locations[i];
    Change change{.stored = std::nullopt, .wanted = given};
    change.wanted.created_at = command.context.now;
    change.wanted.updated_at = command.context.now;
    change.wanted.version = 1;
    const auto found = stored.find(given.location_id);
    if (found != stored.end()) {
      change.stored = found->second;
      change.wanted = Updated(found->second, given, PathsOfEntry(command.paths, i),
                              absl::MakeConstSpan(kLocationFields));
    }
    LocationValidator validator(i, problems);
    validator.ValidateVersion(given, change.stored.has_value() ? change.stored->version : 0);
    validator.ValidateKind(change, given);
    validator.ValidateDefault(change, given);
    validator.ValidateNewId(change);
    validator.ValidateValues(change.wanted);
    changes.push_back(std::move(change));
  }
  return changes;
}

// Validates the tree as it will be.
absl::Status ValidateTree(pg::Transaction& transaction, const CompanyId& company, LocationTree tree,
                          const std::vector<Change>& changes, std::vector<Problem>& problems) {
  std::vector<LocationId> moved;
  for (const Change& change : changes) {
    const Location& wanted = change.wanted;
    tree.Put(wanted.location_id,
             {.parent = wanted.parent_id, .kind = wanted.kind.value_or(LocationKind::kInternal)});
    if (change.MovesInTree()) moved.push_back(wanted.location_id);
  }
  ASSIGN_OR_RETURN(const auto below, LevelsBelow(transaction, company, moved));
  for (size_t i = 0; i < changes.size(); ++i) {
    const auto levels = below.find(changes[i].wanted.location_id);
    LocationValidator(i, problems)
        .ValidatePlace(changes[i].wanted, tree, levels == below.end() ? 0 : levels->second);
  }
  return absl::OkStatus();
}

bool IsChanged(const Location& a, const Location& b) {
  const auto key = [](const Location& l) {
    const Address& at = l.address;
    return std::tie(l.display_name, l.parent_id, l.gln, at.street, at.city, at.region,
                    at.postal_code, at.country, at.phone, l.is_quarantine);
  };
  return key(a) != key(b);
}

void AddWrites(pg::Transaction& transaction, const WriteContext& context,
               std::vector<Change>& changes) {
  for (Change& change : changes) {
    Location& l = change.wanted;
    const Address& at = l.address;
    if (!change.stored.has_value()) {
      transaction.Add(kInsertLocation, context.company, l.location_id, *l.kind, l.display_name,
                      l.parent_id, l.gln, at.street, at.city, at.region, at.postal_code, at.country,
                      at.phone, context.now, l.is_quarantine);
    } else if (IsChanged(*change.stored, l)) {
      l.version += 1;
      l.updated_at = context.now;
      transaction.Add(kUpdateLocation, context.company, l.location_id, l.display_name, l.parent_id,
                      l.gln, at.street, at.city, at.region, at.postal_code, at.country, at.phone,
                      l.version, context.now, l.is_quarantine);
    }
  }
}

std::vector<LocationId> IdsOf(const std::vector<Location>& locations) {
  std::vector<LocationId> ids;
  for (const Location& location : locations) ids.push_back(location.location_id);
  return ids;
}

// The locations of the order and the parents that it names.
std::vector<LocationId> IdsWithParents(const std::vector<Location>& locations) {
  std::vector<LocationId> ids = IdsOf(locations);
  for (const Location& location : locations) {
    if (location.parent_id.has_value()) ids.push_back(*location.parent_id);
  }
  return ids;
}

absl::StatusOr<std::vector<Location>> TryUpsert(pg::Connection& db,
                                                const UpsertLocationsCommand& command) {
  const WriteContext& context = command.context;
  pg::Transaction transaction(db);
  ClaimRequest(transaction, context, {});
  const size_t ensured = EnsureCompany(transaction, context);
  transaction.Add(kLockTree, context.company);
  const size_t found = transaction.Add(kFindLocations, context.company, IdsOf(command.locations));
  const size_t tree =
      LocationTree::AddRead(transaction, context.company, IdsWithParents(command.locations));
  ASSIGN_OR_RETURN(const pg::Results read, transaction.Send());
  RETURN_IF_ERROR(CheckNewCompany(context, read[ensured]));
  std::vector<Problem> problems;
  std::vector<Change> changes = PlanChanges(command, ReadLocations(read[found]), problems);
  RETURN_IF_ERROR(
      ValidateTree(transaction, context.company, LocationTree::Of(read[tree]), changes, problems));
  if (!problems.empty()) return Refuse(std::move(problems));
  AddWrites(transaction, context, changes);
  AddAuditEntry(transaction, context, {});
  RETURN_IF_ERROR(transaction.Commit().status());
  std::vector<Location> locations;
  for (Change& change : changes) locations.push_back(std::move(change.wanted));
  return locations;
}

absl::StatusOr<std::vector<Location>> Rebuild(pg::Connection& db,
                                              const UpsertLocationsCommand& command) {
  return ReadEach(db, command.context.company, IdsOf(command.locations));
}

}  // namespace

absl::StatusOr<std::vector<Location>> ReadEach(pg::Connection& db, const CompanyId& company,
                                               const std::vector<LocationId>& ids) {
  ASSIGN_OR_RETURN(const pg::Result rows, pg::Query(db, kFindLocations, company, ids));
  const LocationsById by_id = ReadLocations(rows);
  std::vector<Location> locations;
  for (const LocationId& id : ids) locations.push_back(by_id.at(id));
  return locations;
}

std::vector<absl::string_view> LocationFields() {
  return PathsOf(absl::MakeConstSpan(kLocationFields));
}

absl::StatusOr<std::vector<Location>> UpsertLocations(pg::Connection& db,
                                                      const UpsertLocationsCommand& command) {
  const auto rebuild = [&](const std::vector<Uuid>&) { return Rebuild(db, command); };
  return RunWrite<std::vector<Location>>(db, {.context = command.context, .rebuild = rebuild},
                                         [&] { return TryUpsert(db, command); });
}

absl::StatusOr<Location> GetLocation(pg::Connection& db, const CompanyId& company,
                                     const LocationId& location_id) {
  ASSIGN_OR_RETURN(const pg::Result rows,
                   pg::Query(db, kFindLocations, company, std::vector<LocationId>{location_id}));
  if (rows.empty()) return Refuse(LocationNotFound("location_id", location_id));
  return ReadLocation(rows[0]);
}

absl::StatusOr<std::vector<Location>> ListLocations(pg::Connection& db, const CompanyId& company,
                                                    const LocationId& after, int limit,
                                                    bool show_retired) {
  ASSIGN_OR_RETURN(const pg::Result rows,
                   pg::Query(db, kListLocations, company, after, limit, show_retired));
  if (rows.empty()) RETURN_IF_ERROR(CheckExistence(db, {.company = company}));
  std::vector<Location> locations;
  for (const pg::Row& row : rows) locations.push_back(ReadLocation(row));
  return locations;
}

}  // namespace lots
