// Lists of lots: one page, and groups by product.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/base/quantity.h"
#include "storage/domain/ids.h"
#include "storage/domain/lot.h"
#include "storage/pg/connection.h"

namespace lots {

// Which lots of a company.
struct LotQuery {
  CompanyId company;
  std::string filter;  // AIP-160 over the fields that ListLotsRequest names
  // Number or reference contain it, in any case; shorter than three characters: the number begins
  // with it.
  std::string text;
  // Archived and void lots too. A filter that names `state` shows them without this.
  bool show_archived = false;
};

// Where the page before ended: the sort keys of its last item, as text. Empty: from the first.
using ListPosition = std::vector<std::string>;

struct ListLotsQuery {
  LotQuery query;
  std::string order_by;  // create_time, number, expire_date, each with or without " desc"; empty:
                         // "create_time desc"
  ListPosition after;
  int limit = 0;
  absl::Time now;
};

struct LotPage {
  std::vector<Lot> lots;
  std::vector<ListPosition> positions;  // of each lot: where a page that ends with the lot ends
  ListPosition after;                   // for the next page; empty: this was the last
};

// Walking the pages shows every lot that was there all the while once, whatever is created
// meanwhile. FILTER_INVALID, FIELD_INVALID (order_by), PAGE_TOKEN_INVALID (a position of another
// order). An empty page is refused when the company or a product of the filter does not exist:
// COMPANY_NOT_FOUND, PRODUCT_NOT_FOUND, LOCATION_NOT_FOUND, WORK_ORDER_NOT_FOUND, LOT_NOT_FOUND
// (unit_lot_id).
absl::StatusOr<LotPage> ListLots(pg::Connection& db, const ListLotsQuery& query);

// The lots of one product.
struct LotGroup {
  ProductId product_id;
  int scale = 0;
  int64_t lot_count = 0;
  Quantity on_hand;
};

struct SummarizeLotsQuery {
  LotQuery query;
  ProductId after;  // the page before ended with it; empty: from the first
  int limit = 0;
  absl::Time now;  // decides which holds have expired
};

struct LotGroupPage {
  std::vector<LotGroup> groups;  // by product id
  bool has_more = false;
};

// FILTER_INVALID. What does not exist: as ListLots.
absl::StatusOr<LotGroupPage> SummarizeLots(pg::Connection& db, const SummarizeLotsQuery& query);

}  // namespace lots
