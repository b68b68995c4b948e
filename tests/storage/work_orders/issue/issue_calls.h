// Issues and returns of components, written short.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/work_orders/issue/issue.h"
#include "tests/support/world/world.h"

namespace lots {

// From stock. An empty product is not given.
inline IssueCommand IssueOf(World& world, absl::string_view work_order, absl::string_view product) {
  IssueCommand command;
  command.context = world.Context("IssueComponents");
  command.work_order = WorkOrderId(std::string(work_order));
  if (!product.empty()) command.product = ProductId(std::string(product));
  command.source = LocationId("stock");
  command.occurred_at = world.now();
  return command;
}

inline IssueLine LineOf(const LotId& lot, absl::string_view quantity = "") {
  IssueLine line;
  line.lot = LotRef{.lot_id = lot, .product_id = {}, .number = ""};
  line.quantity = OptionalQuantity(quantity);
  return line;
}

inline IssueLine LineOf(absl::string_view product, absl::string_view quantity) {
  IssueLine line;
  line.product_id = ProductId(std::string(product));
  line.quantity = OptionalQuantity(quantity);
  return line;
}

// To stock.
inline ReturnCommand ReturnOf(World& world, absl::string_view work_order) {
  ReturnCommand command;
  command.context = world.Context("ReturnComponents");
  command.work_order = WorkOrderId(std::string(work_order));
  command.destination = LocationId("stock");
  command.occurred_at = world.now();
  return command;
}

inline ReturnLine BackOf(const LotId& lot, absl::string_view quantity = "") {
  return {.lot = {.lot_id = lot, .product_id = {}, .number = ""},
          .quantity = OptionalQuantity(quantity),
          .to = {}};
}

inline CompletionComponent Issued(const LotId& lot, absl::string_view quantity = "",
                                  std::optional<int64_t> output_index = std::nullopt) {
  CompletionComponent component = Component(lot, quantity, output_index);
  component.from_issued = true;
  return component;
}

inline AutoComponent Auto(absl::string_view product, absl::string_view quantity) {
  AutoComponent component;
  component.product_id = ProductId(std::string(product));
  component.quantity = Q(quantity);
  return component;
}

}  // namespace lots
