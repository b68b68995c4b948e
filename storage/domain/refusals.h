// Refusals that several operations give, each worded once.
#pragma once

#include "absl/strings/string_view.h"
#include "storage/base/quantity.h"
#include "storage/domain/errors.h"
#include "storage/domain/ids.h"

namespace lots {

Problem CompanyNotFound(const CompanyId& company);
Problem LotsDisabled(const CompanyId& company);
Problem ProductNotFound(absl::string_view field, const ProductId& product_id);
Problem ProductNotTracked(absl::string_view field, const ProductId& product_id);
Problem LocationNotFound(absl::string_view field, const LocationId& location_id);
Problem QuantityScale(absl::string_view field, Quantity quantity, int scale,
                      const ProductId& product_id);

}  // namespace lots
