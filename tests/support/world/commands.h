// Parts of commands, written short.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"

namespace lots {

struct CompletionByProduct;
struct CompletionComponent;
struct CompletionOutput;

// The quantity of a text. Stops the program if the text is no quantity.
Quantity Q(absl::string_view text);
// No quantity when the text is empty.
std::optional<Quantity> OptionalQuantity(absl::string_view text);

// Parts of a CompletionCommand. An empty quantity is not given. A component with an `output_index`
// went into that output (it is exact); a component without one is pooled.
CompletionOutput Output(absl::string_view number, absl::string_view quantity = "");
CompletionOutput Output(const LotId& lot);
CompletionComponent Component(const LotId& lot, absl::string_view quantity = "",
                              std::optional<int64_t> output_index = std::nullopt);
CompletionByProduct ByProduct(absl::string_view product, absl::string_view number,
                              absl::string_view quantity);

}  // namespace lots
