// ListLots and SummarizeLots: the filter, the sort order, the pages.
#include "storage/lots/lists/list.h"

#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "storage/base/status_macros.h"
#include "storage/base/unicode.h"
#include "storage/domain/dates.h"
#include "storage/domain/errors.h"
#include "storage/domain/kinds/hold.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/domain/refusals.h"
#include "storage/lot_rows/company.h"
#include "storage/lot_rows/computed_fields.h"
#include "storage/lot_rows/existence.h"
#include "storage/lot_rows/hold_row.h"
#include "storage/lot_rows/lot_row.h"
#include "storage/lots/lists/search.h"
#include "storage/numbers/number.h"
#include "storage/pg/pipeline.h"
#include "storage/query/filter.h"
#include "storage/query/like.h"
#include "storage/query/order_by.h"
#include "storage/whereabouts/conditions.h"
#include "storage/whereabouts/inside.h"
#include "storage/whereabouts/whereabouts.h"

namespace lots {
namespace {

// A trigram index answers a substring of three characters or more.
constexpr size_t kSubstringCharactersMin = 3;

constexpr FilterEnumValue kStates[] = {
    {"PLANNED", static_cast<int64_t>(LotState::kPlanned)},
    {"ACTIVE", static_cast<int64_t>(LotState::kActive)},
    {"ARCHIVED", static_cast<int64_t>(LotState::kArchived)},
    {"VOID", static_cast<int64_t>(LotState::kVoid)},
};
constexpr FilterEnumValue kTrackings[] = {
    {"LOT", static_cast<int64_t>(Tracking::kLot)},
    {"SERIAL", static_cast<int64_t>(Tracking::kSerial)},
};

// The serials that an order has and what it made, unless the completion was reversed.
constexpr const char* kOfWorkOrder = R"sql(l.lot_id IN (
  SELECT a.lot_id FROM assignments a
  WHERE a.company = $1 AND a.work_order_id = $? AND a.state IN ({ASSIGNMENTS_IN_EFFECT})
  UNION ALL
  SELECT o.lot_id FROM transformations t
  JOIN transformation_outputs o ON o.company = $1 AND o.transformation_id = t.transformation_id
  WHERE t.company = $1 AND t.work_order_id = $? AND t.reverses_id IS NULL
    AND o.role IN ({OUTPUTS_MADE})
    AND NOT EXISTS (SELECT 1 FROM transformations r
                    WHERE r.company = $1 AND r.reverses_id = t.transformation_id)))sql"_sql;

constexpr absl::string_view kIsHeld =
    "EXISTS (SELECT 1 FROM lot_holds h WHERE h.company = $1 AND h.lot_id = l.lot_id "
    "AND" LOTS_HOLD_BINDS("$2") ")";

// Any hold in effect, not only the strongest, which a lot shows.
constexpr absl::string_view kIsHeldFor =
    "EXISTS (SELECT 1 FROM lot_holds h WHERE h.company = $1 AND h.lot_id = l.lot_id "
    "AND h.cause = $? AND" LOTS_HOLD_BINDS("$2") ")";
constexpr FilterEnumValue kHoldCauses[] = {
    {"LOT", static_cast<int64_t>(HoldCause::kLot)},
    {"PLACE", static_cast<int64_t>(HoldCause::kPlace)},
    {"INHERITED", static_cast<int64_t>(HoldCause::kInherited)},
    {"RECALL", static_cast<int64_t>(HoldCause::kRecall)},
};

// Each with a predicate of its own.
const auto kWhereabouts = [] {
  std::array<FilterEnumValue, std::size(kWhereaboutsSql)> values;
  for (size_t i = 0; i < values.size(); ++i) {
    const WhereaboutsSql& each = kWhereaboutsSql[i];
    values[i] = {.name = Name(each.whereabouts),
                 .value = static_cast<int64_t>(each.whereabouts),
                 .sql = each.condition};
  }
  return values;
}();

// An array and no join: whatever the planner believes, the lots are looked up by their ids.
constexpr const char* kIsInside = R"sql(l.lot_id = ANY (ARRAY(
  WITH RECURSIVE inside AS (
    SELECT $?::uuid AS lot_id, false AS is_part
    UNION)sql" LOTS_INSIDE_STEP R"sql()
  SELECT inside.lot_id FROM inside WHERE inside.is_part)))sql"_sql;

constexpr absl::string_view kIsAt =
    "EXISTS (SELECT 1 FROM balances b WHERE b.company = $1 AND b.lot_id = l.lot_id "
    "AND b.location_id = $? AND b.quantity <> 0)";

// Movements in effect: neither a reversal nor reversed.
#define LOTS_MOVED_WITH(condition)                                                  \
  "EXISTS (SELECT 1 FROM movements m WHERE m.company = $1 AND m.lot_id = l.lot_id " \
  "AND " condition                                                                  \
  " AND m.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM movements r "           \
  "WHERE r.company = $1 AND r.reverses_id = m.movement_id))"

// The second condition of a text says what its partial index holds.
constexpr absl::string_view kMovedWithPartner =
    LOTS_MOVED_WITH("m.partner_id = $? AND m.partner_id <> ''");
constexpr absl::string_view kMovedByDocumentType =
    LOTS_MOVED_WITH("m.document_type COLLATE \"C\" = $? AND m.document_type COLLATE \"C\" <> ''");
constexpr absl::string_view kMovedByDocument =
    LOTS_MOVED_WITH("m.document_number = $? AND m.document_number <> ''");

const FilterField kFilterFields[] = {
    {.name = "product_id", .type = FilterType::kText, .sql = "l.product_id"},
    {.name = "number",
     .type = FilterType::kText,
     .sql = "l.number_key",
     .search_sql = "split_part(l.search_key, chr(10), 1)",
     .is_number_key = true},
    {.name = "reference",
     .type = FilterType::kText,
     .sql = "l.reference COLLATE \"C\"",
     .search_sql = "split_part(l.search_key, chr(10), 2)"},
    {.name = "state",
     .type = FilterType::kEnum,
     .sql = "l.state",
     .values = kStates,
     .value_prefix = "LOT_STATE_"},
    {.name = "tracking",
     .type = FilterType::kEnum,
     .sql = "l.tracking",
     .values = kTrackings,
     .value_prefix = "TRACKING_"},
    {.name = "create_time", .type = FilterType::kTime, .sql = "l.created_at"},
    {.name = "update_time", .type = FilterType::kTime, .sql = "l.updated_at"},
    {.name = "manufacture_date", .type = FilterType::kDate, .sql = "l.manufactured_on"},
    {.name = "expire_date", .type = FilterType::kDate, .sql = "l.expires_on"},
    {.name = "best_before_date", .type = FilterType::kDate, .sql = "l.best_before_on"},
    {.name = "removal_date", .type = FilterType::kDate, .sql = "l.removal_on"},
    {.name = "alert_date", .type = FilterType::kDate, .sql = "l.alert_on"},
    {.name = "on_hand_quantity", .type = FilterType::kQuantity, .sql = LOTS_ON_HAND},
    {.name = "held", .type = FilterType::kBool, .sql = kIsHeld},
    {.name = "hold_cause",
     .type = FilterType::kMember,
     .sql = kIsHeldFor,
     .values = kHoldCauses,
     .value_prefix = "HOLD_CAUSE_"},
    {.name = "location_id", .type = FilterType::kMember, .sql = kIsAt},
    {.name = "partner_id", .type = FilterType::kMember, .sql = kMovedWithPartner},
    {.name = "document_type", .type = FilterType::kMember, .sql = kMovedByDocumentType},
    {.name = "document_number", .type = FilterType::kMember, .sql = kMovedByDocument},
    {.name = "creator", .type = FilterType::kText, .sql = "l.created_by COLLATE \"C\""},
    {.name = "attributes", .type = FilterType::kAttributes, .sql = "l.attributes"},
    {.name = "work_order_id", .type = FilterType::kMember, .sql = kOfWorkOrder},
    {.name = "whereabouts",
     .type = FilterType::kMember,
     .values = kWhereabouts,
     .value_prefix = "WHEREABOUTS_"},
    {.name = "unit_lot_id", .type = FilterType::kMember, .sql = kIsInside, .is_uuid = true},
};

// An index begins with each of these, or has one that finds it.
constexpr absl::string_view kIndexedFields[] = {
    "product_id",  "number",      "create_time", "expire_date",   "work_order_id",
    "update_time", "location_id", "partner_id",  "document_type", "document_number",
    "hold_cause",  "creator",     "attributes",  "whereabouts",   "unit_lot_id"};

// Conditions that most lots of a company may meet or hardly any, and of which the planner cannot
// know which: a page is found as one of a search is (search.h).
constexpr absl::string_view kSparseFields[] = {"location_id",     "partner_id",  "document_type",
                                               "document_number", "hold_cause",  "creator",
                                               "attributes",      "update_time", "whereabouts"};

constexpr SortField kSortFields[] = {
    {.name = "create_time", .sql = "l.created_at"},
    {.name = "number", .sql = "l.number_key"},
    {.name = "expire_date", .sql = "l.expires_on", .is_nullable = true},
};
constexpr SortField kTiebreak{.name = "lot_id", .sql = "l.lot_id"};

// Nothing where there is no text.
std::string TextCondition(absl::string_view text, pg::Params& params) {
  if (text.empty()) return std::string();
  const std::string folded = FoldForSearch(text);
  const std::optional<std::u32string> characters = DecodeUtf8(folded);
  std::string pattern = ContainsPattern(folded);
  // A search key begins with the number.
  if (characters.has_value() && characters->size() < kSubstringCharactersMin) pattern.erase(0, 1);
  return absl::StrCat("l.search_key LIKE $", params.Add(pattern));
}

// What the query asks of a lot, beside its company; $1, that company, and $2, which says when it
// is, are in the parameters already.
struct Conditions {
  std::string filter;
  std::string search;  // empty: nothing is searched for
  // " AND …", implied by the filter: what an index finds of what the filter looks up lot by lot.
  std::string candidates;
  bool filter_has_index = false;
  bool filter_is_sparse = false;
  AskedResources asked;
};

absl::StatusOr<Conditions> Compile(pg::Connection& db, const LotQuery& query, pg::Params& params) {
  ASSIGN_OR_RETURN(const absl::TimeZone zone, FindFilterZone(db, query.company, query.filter));
  ASSIGN_OR_RETURN(Filter filter, CompileFilter(query.filter, kFilterFields, zone, params));
  const bool has_index =
      absl::c_any_of(kIndexedFields, [&](absl::string_view field) { return filter.Names(field); });
  if (!query.show_archived && !filter.Names("state")) {
    absl::StrAppend(&filter.sql, " AND l.state IN ({STATE_PLANNED}, {STATE_ACTIVE})"_sql);
  }
  const bool is_sparse =
      absl::c_any_of(kSparseFields, [&](absl::string_view field) { return filter.Names(field); });
  std::string search = TextCondition(query.text, params);
  std::string candidates;
  for (const auto& [field, value] : filter.equalities) {
    if (field == "whereabouts") absl::StrAppend(&candidates, CandidatesOf(value));
  }
  AskedResources asked{.company = query.company};
  asked.AddFilter(filter.equalities);
  return Conditions{
      std::move(filter.sql), std::move(search), std::move(candidates), has_index, is_sparse,
      std::move(asked)};
}

// All of it.
std::string WhereOf(const Conditions& conditions) {
  return absl::StrCat("l.company = $1 AND ", conditions.filter, conditions.candidates,
                      conditions.search.empty() ? "" : " AND ", conditions.search);
}

absl::StatusOr<std::vector<SortKey>> SortKeys(absl::string_view order_by) {
  ASSIGN_OR_RETURN(std::vector<SortKey> keys, ParseOrderBy(order_by, kSortFields));
  if (keys.empty()) keys.push_back({.field = kSortFields[0], .is_descending = true});
  AppendTiebreak(kTiebreak, keys);
  return keys;
}

// A lot's sort key as text, and back. No text of a date is empty, so that empty is NULL.
std::string KeyText(const SortKey& key, const Lot& lot, const std::string& number_key) {
  if (key.field.name == "create_time") return absl::StrCat(absl::ToUnixMicros(lot.created_at));
  if (key.field.name == "number") return number_key;
  if (key.field.name == "lot_id") return lot.lot_id.value().ToString();
  if (!lot.dates.expires_on.has_value()) return "";
  return absl::FormatCivilTime(*lot.dates.expires_on);
}

std::optional<SortValue> KeyValue(const SortKey& key, const std::string& text) {
  if (key.field.name == "number") return SortValue(text);
  if (key.field.name == "create_time") {
    int64_t micros = 0;
    if (!absl::SimpleAtoi(text, &micros)) return std::nullopt;
    return SortValue(absl::FromUnixMicros(micros));
  }
  if (key.field.name == "lot_id") {
    const std::optional<Uuid> id = Uuid::Parse(text);
    return id.has_value() ? std::optional<SortValue>(*id) : std::nullopt;
  }
  if (text.empty()) return SortValue(std::monostate());
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return std::nullopt;
  return SortValue(day);
}

absl::Status PositionInvalid() { return Refuse(PageTokenInvalid("order")); }

// " AND …" for the rows after the position; nothing at the first page.
absl::StatusOr<std::string> After(absl::Span<const SortKey> keys, const ListPosition& position,
                                  pg::Params& params) {
  if (position.empty()) return std::string();
  if (position.size() != keys.size()) return PositionInvalid();
  std::vector<SortValue> values;
  for (size_t i = 0; i < keys.size(); ++i) {
    std::optional<SortValue> value = KeyValue(keys[i], position[i]);
    if (!value.has_value()) return PositionInvalid();
    values.push_back(*std::move(value));
  }
  return absl::StrCat(" AND ", AfterSql(keys, values, params));
}

// One row more than asked for is read: it says whether there is a next page.
LotPage ReadPage(const pg::Result& rows, const ListLotsQuery& query,
                 absl::Span<const SortKey> keys) {
  LotPage page;
  LotReader reader(query.query.company, query.now);
  const size_t limit = static_cast<size_t>(query.limit);
  for (const pg::Row row : rows) {
    if (page.lots.size() == limit) break;
    page.lots.push_back(reader.ReadRow(row));
    const std::string number_key = row.Get<std::string>(kRowColumnCount);
    ListPosition& position = page.positions.emplace_back();
    for (const SortKey& key : keys) position.push_back(KeyText(key, page.lots.back(), number_key));
  }
  if (rows.size() > limit) page.after = page.positions.back();
  return page;
}

// " AND …" for the products that come after the last page; nothing at the first page.
std::string ProductsAfter(const SummarizeLotsQuery& query, absl::string_view column,
                          pg::Params& params) {
  if (query.after.value().empty()) return std::string();
  return absl::StrCat(" AND ", column, " > $", params.Add(query.after));
}

// Lots and balances are summed up apart: joined lot by lot, a company's million of each would meet.
std::string GroupsSql(const SummarizeLotsQuery& query, absl::string_view where,
                      pg::Params& params) {
  const std::string after = ProductsAfter(query, "l.product_id", params);
  return absl::StrCat(
      "SELECT l.product_id, max(l.scale) AS scale, count(*) AS lot_count FROM lots l WHERE ", where,
      after, " GROUP BY l.product_id ORDER BY l.product_id LIMIT $", params.Add(query.limit + 1));
}

// For the products of the page, of which only the bounds that leave some out are asked: comparing
// every balance takes time. That they are values, and not what another part of the statement finds,
// lets PostgreSQL choose between the index, for a few of them, and one pass over the table. The
// lots are asked again only where a filter or a search leaves some of them out; lots that are
// hidden for their state have nothing on hand.
std::string OnHandSql(const SummarizeLotsQuery& query, absl::string_view where,
                      const LotGroupPage& page, pg::Params& params) {
  const bool leaves_out = !query.query.filter.empty() || !query.query.text.empty();
  const std::string lots =
      leaves_out ? absl::StrCat("JOIN lots l ON l.lot_id = b.lot_id AND ", where) : "";
  std::string bounds = ProductsAfter(query, "b.product_id", params);
  if (page.has_more) {
    absl::StrAppend(&bounds, " AND b.product_id <= $", params.Add(page.groups.back().product_id));
  }
  return absl::StrCat(
      "SELECT b.product_id, sum(b.quantity) FROM balances b ", lots,
      " WHERE b.company = $1 AND b.kind IN ({PLACES_ON_HAND}) AND b.quantity <> 0"_sql, bounds,
      " GROUP BY b.product_id ORDER BY b.product_id");
}

LotGroupPage ReadGroups(const pg::Result& rows, int64_t limit) {
  LotGroupPage page;
  for (const pg::Row row : rows) {
    if (page.groups.size() == static_cast<size_t>(limit)) {
      page.has_more = true;
      break;
    }
    page.groups.push_back({.product_id = row.Get<ProductId>(0),
                           .scale = row.Get<int>(1),
                           .lot_count = row.Get<int64_t>(2)});
  }
  return page;
}

// Both are in the order of their products; a product without stock has no row.
void ReadOnHand(const pg::Result& rows, LotGroupPage& page) {
  auto group = page.groups.begin();
  for (const pg::Row row : rows) {
    const ProductId product_id = row.Get<ProductId>(0);
    while (group != page.groups.end() && group->product_id < product_id) ++group;
    if (group == page.groups.end()) return;
    if (group->product_id == product_id) group->on_hand = row.Get<Quantity>(1);
  }
}

}  // namespace

absl::StatusOr<LotPage> ListLots(pg::Connection& db, const ListLotsQuery& query) {
  ASSIGN_OR_RETURN(const std::vector<SortKey> keys, SortKeys(query.order_by));
  LotPageSql sql{.company = query.query.company,
                 .params = pg::Params::Of(query.query.company, query.now)};
  ASSIGN_OR_RETURN(Conditions conditions, Compile(db, query.query, sql.params));
  ASSIGN_OR_RETURN(sql.after, After(keys, query.after, sql.params));
  sql.where = std::move(conditions.filter);
  sql.search = std::move(conditions.search);
  if (sql.search.empty() && conditions.filter_is_sparse) {
    std::swap(sql.where, sql.search);
    sql.candidates = std::move(conditions.candidates);
  }
  if (sql.where.empty()) sql.where = "TRUE";
  sql.order_by = OrderBySql(keys);
  sql.row_count = query.limit + 1;
  sql.order_has_index = !keys.front().field.is_nullable;
  sql.where_has_index = conditions.filter_has_index;
  ASSIGN_OR_RETURN(const pg::Result rows, ReadLotPage(db, sql));
  if (rows.empty()) RETURN_IF_ERROR(CheckExistence(db, conditions.asked));
  LotPage page = ReadPage(rows, query, keys);
  std::vector<Lot*> shown;
  for (Lot& lot : page.lots) shown.push_back(&lot);
  RETURN_IF_ERROR(LoadComputedFields(db, query.query.company, query.now, shown));
  return page;
}

absl::StatusOr<LotGroupPage> SummarizeLots(pg::Connection& db, const SummarizeLotsQuery& query) {
  pg::Params params = pg::Params::Of(query.query.company, query.now);
  ASSIGN_OR_RETURN(const Conditions conditions, Compile(db, query.query, params));
  const std::string where = WhereOf(conditions);
  pg::Params of_page = params;
  pg::Transaction snapshot(db, pg::Transaction::Kind::kSnapshot);
  std::string sql = GroupsSql(query, where, of_page);
  snapshot.AddComposed("summarize_lots", std::move(sql), std::move(of_page));
  ASSIGN_OR_RETURN(const pg::Results groups, snapshot.Send());
  LotGroupPage page = ReadGroups(groups.front(), query.limit);
  if (page.groups.empty()) {
    const size_t read = AddMissingRead(snapshot, conditions.asked);
    ASSIGN_OR_RETURN(const pg::Results missing, snapshot.Commit());
    RETURN_IF_ERROR(RefuseMissing(conditions.asked, missing[read]));
    return page;
  }
  sql = OnHandSql(query, where, page, params);
  snapshot.AddComposed("summarize_on_hand", std::move(sql), std::move(params));
  ASSIGN_OR_RETURN(const pg::Results on_hand, snapshot.Commit());
  ReadOnHand(on_hand.front(), page);
  return page;
}

}  // namespace lots
