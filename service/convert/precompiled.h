// Compiled once for the sources that convert messages and answer calls: what most of them include.
// A source still includes what it uses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "grpcpp/grpcpp.h"
#include "lots/v1/catalog.pb.h"
#include "lots/v1/lot.pb.h"
#include "lots/v1/recall.pb.h"
#include "lots/v1/stock.pb.h"
#include "lots/v1/trace.pb.h"
#include "lots/v1/work_order.pb.h"
