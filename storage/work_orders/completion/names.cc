// Which lots a completion's request means, and numbers for those that have none.

#include <map>
#include <utility>

#include "absl/container/btree_map.h"
#include "storage/base/status_macros.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/numbers.h"
#include "storage/lot_rows/resolve.h"
#include "storage/numbers/number.h"
#include "storage/work_orders/completion/completion.h"
#include "storage/writes/requests.h"

namespace lots::orders {
namespace {

// One name in the request, and where to put the lot that it means.
struct NamedPlace {
  LotRef ref;
  std::optional<LotId>* lot;
  ProductId* product;  // nullptr: not wanted
};

bool NeedsProduct(const CompletionCommand& command) {
  if (command.product.has_value()) return false;
  for (const CompletionOutput& output : command.outputs) {
    if (!output.lot_id.has_value()) return true;
  }
  return false;
}

// What the order makes; empty when neither the request nor the database knows.
absl::StatusOr<ProductId> ProductOf(pg::Connection& db, const CompletionCommand& command) {
  if (command.product.has_value()) return *command.product;
  if (!NeedsProduct(command)) return ProductId();
  ASSIGN_OR_RETURN(
      const OrderFacts facts,
      ReadOrderUnlocked(db, command.context.company,
                        {.work_order = command.work_order, .product = {}, .planned_quantity = {}}));
  return facts.order.has_value() ? facts.order->product_id : ProductId();
}

// The number in its clean form; empty, with a problem, when it is none.
std::string Clean(const std::string& number, const std::string& field,
                  std::vector<Problem>& problems) {
  if (number.empty()) return number;
  absl::StatusOr<std::string> clean = CleanNumber(number);
  if (clean.ok()) return *std::move(clean);
  problems.push_back(NumberInvalid(field, number, clean.status()));
  return "";
}

std::vector<NamedPlace> PlacesOf(const CompletionCommand& command, const ProductId& product,
                                 CompletionNames& names) {
  std::vector<NamedPlace> places;
  for (size_t i = 0; i < command.outputs.size(); ++i) {
    names.outputs[i] = command.outputs[i].lot_id;
    names.output_numbers[i] =
        Clean(command.outputs[i].number, Indexed("outputs", i, "number"), names.problems);
    if (names.outputs[i].has_value() || names.output_numbers[i].empty()) continue;
    places.push_back({{{}, product, names.output_numbers[i]}, &names.outputs[i], nullptr});
  }
  for (size_t i = 0; i < command.by_products.size(); ++i) {
    const LotRef& lot = command.by_products[i].lot;
    names.by_products[i] = lot.lot_id;
    names.by_product_products[i] = lot.product_id;
    names.by_product_numbers[i] =
        Clean(lot.number, Indexed("by_products", i, "lot.number"), names.problems);
    if (!lot.lot_id.has_value() && names.by_product_numbers[i].empty()) continue;
    places.push_back({lot, &names.by_products[i], &names.by_product_products[i]});
  }
  for (size_t i = 0; i < command.components.size(); ++i) {
    const LotRef& lot = command.components[i].lot;
    names.components[i] = lot.lot_id;
    if (lot.lot_id.has_value()) continue;
    places.push_back({lot, &names.components[i], nullptr});
  }
  return places;
}

absl::Status Resolve(pg::Connection& db, const CompanyId& company,
                     const std::vector<NamedPlace>& places) {
  std::vector<LotRef> refs;
  refs.reserve(places.size());
  for (const NamedPlace& place : places) refs.push_back(place.ref);
  ASSIGN_OR_RETURN(const auto lots, ResolveLots(db, company, refs));
  for (size_t i = 0; i < places.size(); ++i) {
    if (!lots[i].has_value()) continue;
    *places[i].lot = lots[i]->lot_id;
    if (places[i].product != nullptr) *places[i].product = lots[i]->product_id;
  }
  return absl::OkStatus();
}

// Lots of one product that need a number: where it goes.
struct Nameless {
  std::vector<std::string*> numbers;
  std::string field;  // of the first
};

// By product.
absl::btree_map<ProductId, Nameless> FindNameless(const CompletionCommand& command,
                                                  const ProductId& product,
                                                  CompletionNames& names) {
  absl::btree_map<ProductId, Nameless> nameless;
  const auto add = [&](const ProductId& id, std::string& number, std::string field) {
    Nameless& entry = nameless[id];
    if (entry.numbers.empty()) entry.field = std::move(field);
    entry.numbers.push_back(&number);
  };
  for (size_t i = 0; i < command.outputs.size(); ++i) {
    if (command.outputs[i].lot_id.has_value() || !command.outputs[i].number.empty()) continue;
    add(product, names.output_numbers[i], Indexed("outputs", i, "number"));
  }
  for (size_t i = 0; i < command.by_products.size(); ++i) {
    const LotRef& lot = command.by_products[i].lot;
    if (lot.lot_id.has_value() || !lot.number.empty()) continue;
    add(lot.product_id, names.by_product_numbers[i], Indexed("by_products", i, "lot.number"));
  }
  return nameless;
}

// Typed numbers of the same request are not given out again.
absl::flat_hash_set<std::string> TypedKeys(const CompletionNames& names, bool case_sensitive) {
  absl::flat_hash_set<std::string> keys;
  for (const auto* numbers : {&names.output_numbers, &names.by_product_numbers}) {
    for (const std::string& number : *numbers) {
      if (!number.empty()) keys.insert(NumberKey(number, case_sensitive));
    }
  }
  return keys;
}

absl::Status GiveNumbers(pg::Connection& db, const CompletionCommand& command,
                         const ProductId& product, CompletionNames& names) {
  const auto nameless = FindNameless(command, product, names);
  if (nameless.empty()) return absl::OkStatus();
  const CompanyId& company = command.context.company;
  ASSIGN_OR_RETURN(const CompanyRules company_rules, FindEnabledCompany(db, company));
  std::vector<ProductId> ids;
  for (const auto& [id, entry] : nameless) ids.push_back(id);
  ASSIGN_OR_RETURN(
      const OrderFacts facts,
      ReadOrderUnlocked(db, company,
                        {.work_order = command.work_order, .product = {}, .planned_quantity = {}},
                        ids));
  for (const auto& [id, entry] : nameless) {
    const ProductRules* rules = facts.FindProduct(id);
    // What is no product for lots is refused under the lock, in words.
    if (rules == nullptr || rules->tracking == Tracking::kNone) continue;
    NumberQuery numbers = NumbersOf(company, *rules, static_cast<int64_t>(entry.numbers.size()),
                                    DayIn(command.context.now, company_rules.zone));
    numbers.avoided_keys = TypedKeys(names, rules->case_sensitive);
    numbers.field = entry.field;
    ASSIGN_OR_RETURN(const std::vector<std::string> made, PreviewNumbers(db, numbers));
    for (size_t i = 0; i < made.size(); ++i) *entry.numbers[i] = made[i];
  }
  return absl::OkStatus();
}

absl::Status FindPlacesOfComponents(pg::Connection& db, const CompletionCommand& command,
                                    CompletionNames& names) {
  for (size_t i = 0; i < command.auto_components.size(); ++i) {
    const AutoComponent& component = command.auto_components[i];
    names.queries.push_back({.product_id = component.product_id,
                             .quantity = component.quantity,
                             .strategy = component.strategy,
                             .from = component.from.has_value() ? component.from : command.source,
                             .occurred_at = command.occurred_at,
                             .field = Indexed("auto_components", i)});
  }
  Quantity besides;
  for (const CompletionComponent& component : command.components) {
    besides += component.quantity.value_or(Quantity::FromUnits(1));
  }
  ASSIGN_OR_RETURN(names.places, FindPlaces(db, command.context, names.queries, besides));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CompletionNames> NameLots(pg::Connection& db, const CompletionCommand& command) {
  CompletionNames names;
  names.outputs.resize(command.outputs.size());
  names.output_numbers.resize(command.outputs.size());
  names.by_products.resize(command.by_products.size());
  names.by_product_numbers.resize(command.by_products.size());
  names.by_product_products.resize(command.by_products.size());
  names.components.resize(command.components.size());
  ASSIGN_OR_RETURN(const ProductId product, ProductOf(db, command));
  RETURN_IF_ERROR(Resolve(db, command.context.company, PlacesOf(command, product, names)));
  RETURN_IF_ERROR(GiveNumbers(db, command, product, names));
  RETURN_IF_ERROR(FindPlacesOfComponents(db, command, names));
  return names;
}

}  // namespace lots::orders
