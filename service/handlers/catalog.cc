// CatalogService: checks the fields of settings, products and locations, and converts them.
#include "service/handlers/catalog.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/convert/convert.h"
#include "service/convert/fields.h"
#include "service/convert/list_page.h"
#include "service/convert/update_mask.h"
#include "service/convert/writes.h"
#include "storage/base/limits.h"
#include "storage/base/status_macros.h"
#include "storage/catalog/catalog.h"
#include "storage/domain/kinds/counter_reset.h"
#include "storage/domain/kinds/location.h"
#include "storage/domain/kinds/tracking.h"

namespace lots {
namespace {

// Fields of one entry of a list: "products[3].unit".
struct Entry {
  absl::string_view list;
  size_t index;

  std::string operator()(absl::string_view field) const { return Indexed(list, index, field); }
};

// Refuses ids that a list has twice.
class UniqueIds {
 public:
  void Check(const Entry& at, absl::string_view id_field, const std::string& id,
             FieldChecker& fields) {
    const auto [first, is_new] = seen_.emplace(id, at.index);
    if (is_new) return;
    fields.Refused(at(id_field), id,
                   absl::StrCat("value \"", id, "\" stands twice in the request, first at ",
                                Indexed(at.list, first->second)));
  }

 private:
  std::map<std::string, size_t> seen_;
};

ShelfLife ShelfLifeOf(const v1::ShelfLife& message) {
  ShelfLife shelf_life;
  if (message.has_expire_days()) shelf_life.expire_days = message.expire_days();
  if (message.has_best_before_days()) shelf_life.best_before_days = message.best_before_days();
  if (message.has_removal_days()) shelf_life.removal_days = message.removal_days();
  if (message.has_alert_days()) shelf_life.alert_days = message.alert_days();
  return shelf_life;
}

// Checks shapes only. Storage validates what depends on the product.
Product ProductOf(const v1::Product& message, const Entry& at, FieldChecker& fields) {
  return {
      .product_id = fields.Required<ProductId>(at("product_id"), message.product_id()),
      .display_name = fields.Line(at("display_name"), message.display_name(), kNameCharactersMax),
      .tracking = fields.OptionalEnum<Tracking>(at("tracking"), message.tracking()),
      .unit = fields.Line(at("unit"), message.unit(), kUnitCharactersMax),
      .scale = message.scale(),
      .number_template =
          fields.Line(at("number_template"), message.number_template(), kNameCharactersMax),
      .counter_reset =
          fields.OptionalEnum<CounterReset>(at("counter_reset"), message.counter_reset()),
      .next_number = fields.InRange(at("next_number"), message.next_number(), 0, kCounterMax),
      .shelf_life = ShelfLifeOf(message.shelf_life()),
      .inherit_expiry = message.inherit_expiry(),
      .warranty_months = message.warranty_months(),
      .gtin = fields.Line(at("gtin"), message.gtin(), kIdCharactersMax),
      .producible = message.producible(),
      .case_sensitive = message.case_sensitive(),
      .hold_on_receipt = message.hold_on_receipt(),
      .version = FieldChecker::Etag(message.etag()).value_or(0),
      .created_at = {},
      .updated_at = {}};
}

Address AddressOf(const v1::Address& message, const Entry& at, FieldChecker& fields) {
  const auto line = [&](absl::string_view field, const std::string& value, int characters_max) {
    return fields.Line(at(absl::StrCat("address.", field)), value, characters_max);
  };
  return {.street = line("street", message.street(), kNameCharactersMax),
          .city = line("city", message.city(), kCityCharactersMax),
          .region = line("region", message.region(), kCityCharactersMax),
          .postal_code = line("postal_code", message.postal_code(), kPostalCodeCharactersMax),
          .country = line("country", message.country(), kPostalCodeCharactersMax),
          .phone = line("phone", message.phone(), kPhoneCharactersMax)};
}

Location LocationOf(const v1::Location& message, const Entry& at, FieldChecker& fields) {
  const LocationId parent = fields.Optional<LocationId>(at("parent_id"), message.parent_id());
  return {
      .location_id = fields.Required<LocationId>(at("location_id"), message.location_id()),
      .kind = fields.OptionalEnum<LocationKind>(at("kind"), message.kind()),
      .display_name = fields.Line(at("display_name"), message.display_name(), kNameCharactersMax),
      .parent_id = parent.value().empty() ? std::nullopt : std::make_optional(parent),
      .gln = fields.Line(at("gln"), message.gln(), kIdCharactersMax),
      .address = AddressOf(message.address(), at, fields),
      .is_default = message.is_default(),
      .version = FieldChecker::Etag(message.etag()).value_or(0),
      .created_at = {},
      .updated_at = {},
      .is_quarantine = message.is_quarantine()};
}

// The ids of a list, each once.
template <class Id, class Ids>
std::vector<Id> IdsOf(absl::string_view list, const Ids& given, FieldChecker& fields) {
  std::vector<Id> ids;
  fields.Count(list, given.size(), 1, kCatalogBatchMax);
  if (given.size() > kCatalogBatchMax) return ids;
  UniqueIds unique;
  for (const std::string& id : given) {
    const Entry at{list, ids.size()};
    ids.push_back(fields.Required<Id>(at(""), id));
    unique.Check(at, "", id, fields);
  }
  return ids;
}

UpdateSettingsCommand CommandOf(const v1::UpdateSettingsRequest& request, const Call& call,
                                FieldChecker& fields) {
  const v1::Settings& given = request.settings();
  UpdateSettingsCommand command{.context = fields.OptionalWrite(request, call),
                                .version = FieldChecker::Etag(given.etag())};
  std::string zone = fields.Line("settings.time_zone", given.time_zone(), kIdCharactersMax);
  if (zone.empty()) zone = Settings().time_zone;
  const UpdateMask mask("update_mask", request.update_mask(),
                        {"lots_enabled", "expiry_enabled", "time_zone"},
                        *v1::Settings::descriptor(), fields);
  for (const std::string& path : mask.PathsOf(given)) {
    if (path == "lots_enabled") command.lots_enabled = given.lots_enabled();
    if (path == "expiry_enabled") command.expiry_enabled = given.expiry_enabled();
    if (path == "time_zone") command.time_zone = zone;
  }
  return command;
}

}  // namespace

namespace handlers {

absl::StatusOr<v1::Settings> GetSettings(const v1::GetSettingsRequest&, const Call& call,
                                         pg::Connection& db) {
  ASSIGN_OR_RETURN(const Settings settings, lots::GetSettings(db, call.company));
  return ToProto(settings);
}

absl::StatusOr<v1::Settings> UpdateSettings(const v1::UpdateSettingsRequest& request,
                                            const Call& call, pg::Connection& db) {
  const v1::Settings& given = request.settings();
  FieldChecker fields;
  if (!request.has_settings()) fields.Refused("settings", "", "is required");
  fields.SameCompany("settings.company", given.company(), call.company);
  const UpdateSettingsCommand command = CommandOf(request, call, fields);
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Settings settings, lots::UpdateSettings(db, command));
  return ToProto(settings);
}

absl::StatusOr<v1::UpsertProductsResponse> UpsertProducts(const v1::UpsertProductsRequest& request,
                                                          const Call& call, pg::Connection& db) {
  FieldChecker fields;
  fields.Count("products", request.products_size(), 1, kCatalogBatchMax);
  if (!fields.ok()) return fields.status();
  UpsertProductsCommand command{.context = fields.OptionalWrite(request, call)};
  const UpdateMask mask("update_mask", request.update_mask(), ProductFields(),
                        *v1::Product::descriptor(), fields);
  UniqueIds ids;
  for (const v1::Product& message : request.products()) {
    const Entry at{"products", command.products.size()};
    fields.SameCompany(at("company"), message.company(), call.company);
    command.products.push_back(ProductOf(message, at, fields));
    command.paths.push_back(mask.PathsOf(message));
    ids.Check(at, "product_id", message.product_id(), fields);
  }
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Product> products, lots::UpsertProducts(db, command));
  v1::UpsertProductsResponse response;
  for (const Product& product : products) {
    *response.add_products() = ToProto(product, call.company);
  }
  return response;
}

absl::StatusOr<v1::Product> GetProduct(const v1::GetProductRequest& request, const Call& call,
                                       pg::Connection& db) {
  FieldChecker fields;
  const auto product_id = fields.Required<ProductId>("product_id", request.product_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Product product,
                   lots::GetProduct(db, {call.company, product_id, call.now}));
  return ToProto(product, call.company);
}

absl::StatusOr<v1::ListProductsResponse> ListProducts(const v1::ListProductsRequest& request,
                                                      const Call& call, pg::Connection& db) {
  v1::ListProductsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    const ProductId last(after.empty() ? "" : after.front());
    ASSIGN_OR_RETURN(
        const std::vector<Product> products,
        lots::ListProducts(db, {company, last, room.items + 1, call.now, request.show_retired()}));
    return FillPiece(
        products, /*has_more=*/false, room, [&](const Product& p) { return ToProto(p, company); },
        [&](size_t i) { return PageKeys{products[i].product_id.value()}; },
        *response.mutable_products());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

absl::StatusOr<v1::RetireProductsResponse> RetireProducts(const v1::RetireProductsRequest& request,
                                                          const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RetireProductsCommand command{
      .context = fields.Write(request, call),
      .product_ids = IdsOf<ProductId>("product_ids", request.product_ids(), fields),
      .undo = request.undo()};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Product> products, lots::RetireProducts(db, command));
  v1::RetireProductsResponse response;
  for (const Product& product : products) {
    *response.add_products() = ToProto(product, call.company);
  }
  return response;
}

absl::StatusOr<v1::UpsertLocationsResponse> UpsertLocations(
    const v1::UpsertLocationsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  fields.Count("locations", request.locations_size(), 1, kCatalogBatchMax);
  if (!fields.ok()) return fields.status();
  UpsertLocationsCommand command{.context = fields.OptionalWrite(request, call)};
  const UpdateMask mask("update_mask", request.update_mask(), LocationFields(),
                        *v1::Location::descriptor(), fields);
  UniqueIds ids;
  for (const v1::Location& message : request.locations()) {
    const Entry at{"locations", command.locations.size()};
    fields.SameCompany(at("company"), message.company(), call.company);
    command.locations.push_back(LocationOf(message, at, fields));
    command.paths.push_back(mask.PathsOf(message));
    ids.Check(at, "location_id", message.location_id(), fields);
  }
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Location> locations, lots::UpsertLocations(db, command));
  v1::UpsertLocationsResponse response;
  response.set_location_count(static_cast<int64_t>(locations.size()));
  response.set_locations_truncated(!AnswerRoom(response).Fill(
      locations, [&](const Location& l) { return ToProto(l, call.company); },
      *response.mutable_locations()));
  return response;
}

absl::StatusOr<v1::Location> GetLocation(const v1::GetLocationRequest& request, const Call& call,
                                         pg::Connection& db) {
  FieldChecker fields;
  const auto location_id = fields.Required<LocationId>("location_id", request.location_id());
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const Location location, lots::GetLocation(db, call.company, location_id));
  return ToProto(location, call.company);
}

absl::StatusOr<v1::RetireLocationsResponse> RetireLocations(
    const v1::RetireLocationsRequest& request, const Call& call, pg::Connection& db) {
  FieldChecker fields;
  const RetireLocationsCommand command{
      .context = fields.Write(request, call),
      .location_ids = IdsOf<LocationId>("location_ids", request.location_ids(), fields),
      .undo = request.undo()};
  if (!fields.ok()) return fields.status();
  ASSIGN_OR_RETURN(const std::vector<Location> locations, lots::RetireLocations(db, command));
  v1::RetireLocationsResponse response;
  response.set_location_count(static_cast<int64_t>(locations.size()));
  response.set_locations_truncated(!AnswerRoom(response).Fill(
      locations, [&](const Location& l) { return ToProto(l, call.company); },
      *response.mutable_locations()));
  return response;
}

absl::StatusOr<v1::ListLocationsResponse> ListLocations(const v1::ListLocationsRequest& request,
                                                        const Call& call, pg::Connection& db) {
  v1::ListLocationsResponse response;
  const auto list = [&](const CompanyId& company, const PageKeys& after,
                        const PageRoom& room) -> absl::StatusOr<PagePiece> {
    const LocationId last(after.empty() ? "" : after.front());
    ASSIGN_OR_RETURN(
        const std::vector<Location> locations,
        lots::ListLocations(db, company, last, room.items + 1, request.show_retired()));
    return FillPiece(
        locations, /*has_more=*/false, room, [&](const Location& l) { return ToProto(l, company); },
        [&](size_t i) { return PageKeys{locations[i].location_id.value()}; },
        *response.mutable_locations());
  };
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ListPage(request, call, db, list));
  return response;
}

}  // namespace handlers

}  // namespace lots
