// Fills the parts of commands.
#include "tests/support/world/commands.h"

#include <string>

#include "storage/work_orders/work_orders.h"
#include "tests/support/base/must.h"

namespace lots {

Quantity Q(absl::string_view text) { return Must(Quantity::Parse(text)); }

std::optional<Quantity> OptionalQuantity(absl::string_view text) {
  return text.empty() ? std::nullopt : std::optional(Q(text));
}

CompletionOutput Output(absl::string_view number, absl::string_view quantity) {
  CompletionOutput output;
  output.number = std::string(number);
  output.quantity = OptionalQuantity(quantity);
  return output;
}

CompletionOutput Output(const LotId& lot) {
  CompletionOutput output;
  output.lot_id = lot;
  return output;
}

CompletionComponent Component(const LotId& lot, absl::string_view quantity,
                              std::optional<int64_t> output_index) {
  CompletionComponent component;
  component.lot.lot_id = lot;
  component.quantity = OptionalQuantity(quantity);
  component.output_index = output_index;
  return component;
}

CompletionByProduct ByProduct(absl::string_view product, absl::string_view number,
                              absl::string_view quantity) {
  CompletionByProduct by_product;
  by_product.lot.product_id = ProductId(std::string(product));
  by_product.lot.number = std::string(number);
  by_product.quantity = OptionalQuantity(quantity);
  return by_product;
}

}  // namespace lots
