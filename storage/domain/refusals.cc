#include "storage/domain/refusals.h"

#include "absl/strings/str_cat.h"

namespace lots {

Problem CompanyNotFound(const CompanyId& company) {
  return {.reason = Reason::kCompanyNotFound,
          .message = absl::StrCat("company ", company.value(),
                                  " does not exist; its first UpdateSettings or Upsert creates it"),
          .facts = {{"company", company.value()}}};
}

Problem LotsDisabled(const CompanyId& company) {
  return {.reason = Reason::kLotsDisabled,
          .message = absl::StrCat("lots and serials are switched off for company ", company.value(),
                                  "; switch them on with UpdateSettings"),
          .facts = {{"company", company.value()}}};
}

Problem ProductNotFound(absl::string_view field, const ProductId& product_id) {
  return {.reason = Reason::kProductNotFound,
          .field = std::string(field),
          .message = absl::StrCat("product ", product_id.value(),
                                  " does not exist; register it with UpsertProducts"),
          .facts = {{"product_id", product_id.value()}}};
}

Problem ProductNotTracked(absl::string_view field, const ProductId& product_id) {
  return {
      .reason = Reason::kProductNotTracked,
      .field = std::string(field),
      .message = absl::StrCat("product ", product_id.value(), " is not tracked, so it has no lots"),
      .facts = {{"product_id", product_id.value()}}};
}

Problem LocationNotFound(absl::string_view field, const LocationId& location_id) {
  return {.reason = Reason::kLocationNotFound,
          .field = std::string(field),
          .message = absl::StrCat("location ", location_id.value(),
                                  " does not exist; create it with UpsertLocations"),
          .facts = {{"location_id", location_id.value()}}};
}

Problem QuantityScale(absl::string_view field, Quantity quantity, int scale,
                      const ProductId& product_id) {
  return {.reason = Reason::kQuantityScale,
          .field = std::string(field),
          .message = absl::StrCat(quantity.ToString(), " has more than the ", scale,
                                  " decimals of product ", product_id.value()),
          .facts = {{"quantity", quantity.ToString()},
                    {"scale", absl::StrCat(scale)},
                    {"product_id", product_id.value()}}};
}

}  // namespace lots
