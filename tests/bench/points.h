// Loads that several measurements use.
#pragma once

#include <cstdint>
#include <memory>

#include "grpcpp/support/byte_buffer.h"
#include "tests/bench/load.h"

namespace lots::bench {

// How many calls of one connection wait for their answers at once.
inline constexpr int kInFlight = 64;

// The lot that the `number`th call of a load asks for: all over the factory.
int64_t SpreadLot(const Factory& factory, int64_t number);

// GetLot of spread lots.
std::unique_ptr<Calls> GetLotCalls(const LotdProcess& lotd, const Factory& factory, int slots);

// GetLot over TLS and with a token, beside plain ones.
void MeasureSecuredGetLot(const Stage& stage, const Options& options, Results& results);

// The health check, which asks neither a worker nor the database.
std::unique_ptr<Calls> EmptyCalls(const LotdProcess& lotd, int slots);

// Completions of new work orders, each of five lots out of kFactory into one new lot. `name` tells
// the orders of one load from those of others.
std::unique_ptr<Calls> CompletionCalls(const LotdProcess& lotd, const Factory& factory,
                                       const std::string& name, int slots);

// So many seconds of them; what they wrote is checked and taken away again.
Measured MeasureCompletions(Stage& stage, const Factory& factory, absl::Duration time);

}  // namespace lots::bench
