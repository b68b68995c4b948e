// How far a recall has come: recipients who were notified and answered, quantities that are
// accounted for.
#include "storage/base/status_macros.h"
#include "storage/domain/kinds/sql_words.h"
#include "storage/recalls/rows.h"

namespace lots {
namespace {

// Deliveries `v` in effect of the members `m` of the recall $2.
#define LOTS_RECALL_DELIVERIES                                                              \
  " v.company = $1 AND v.lot_id = m.lot_id AND v.kind = {MOVEMENT_DELIVERY} "_sql           \
  "AND v.reverses_id IS NULL AND NOT EXISTS (SELECT FROM movements r WHERE r.company = $1 " \
  "AND r.reverses_id = v.movement_id) "

constexpr pg::Statement kCountRecipients{"count_recall_recipients", R"sql(
  SELECT count(*),
         count(*) FILTER (WHERE EXISTS (
           SELECT FROM recall_responses a WHERE a.company = $1 AND a.recall_id = $2
             AND a.partner_id = p.partner_id AND a.notified_at IS NOT NULL)),
         count(*) FILTER (WHERE EXISTS (
           SELECT FROM recall_responses a WHERE a.company = $1 AND a.recall_id = $2
             AND a.partner_id = p.partner_id AND a.answered_at IS NOT NULL))
  FROM (
    SELECT DISTINCT d.partner_id
    FROM recall_members m
    CROSS JOIN LATERAL (
      SELECT v.partner_id FROM movements v
      WHERE)sql" LOTS_RECALL_DELIVERIES R"sql(AND v.partner_id <> '') AS d
    WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL) AS p)sql"_sql};

// Of each product what was delivered, and how much of that came back, is accounted for by the
// recipients, or was destroyed by a customer. What a recipient sends back and what came back are
// the same goods.
constexpr pg::Statement kReadShipped{"read_recall_shipped", R"sql(
  SELECT floor(1000 * COALESCE(avg(p.accounted / p.shipped), 1))::bigint
  FROM (
    SELECT l.product_id, sum(s.shipped) AS shipped,
           sum(LEAST(s.shipped, GREATEST(s.returned, a.returned)
               + GREATEST(a.found - a.returned + a.sold_on, c.destroyed))) AS accounted
    FROM recall_members m
    JOIN lots l ON l.company = $1 AND l.lot_id = m.lot_id
    CROSS JOIN LATERAL (
      SELECT sum(v.quantity) AS shipped, sum(v.quantity - d.returnable) AS returned
      FROM movements v
      JOIN deliveries d ON d.company = $1 AND d.movement_id = v.movement_id
      WHERE)sql" LOTS_RECALL_DELIVERIES R"sql() AS s
    CROSS JOIN LATERAL (
      SELECT COALESCE(sum(q.found), 0) AS found, COALESCE(sum(q.returned), 0) AS returned,
             COALESCE(sum(q.sold_on), 0) AS sold_on
      FROM recall_response_quantities q
      WHERE q.company = $1 AND q.recall_id = $2 AND q.lot_id = m.lot_id
        AND NOT EXISTS (
          SELECT FROM recall_response_quantities later
          WHERE later.company = $1 AND later.recall_id = $2 AND later.lot_id = q.lot_id
            AND later.partner_id = q.partner_id
            AND later.movement_id IS NOT DISTINCT FROM q.movement_id
            AND later.version > q.version)) AS a
    CROSS JOIN LATERAL (
      SELECT COALESCE(sum(d.quantity), 0) AS destroyed
      FROM recall_dispositions d
      WHERE d.company = $1 AND d.recall_id = $2 AND d.lot_id = m.lot_id
        AND d.kind = {DISPOSITION_DESTROYED} AND)sql" LOTS_DISPOSITION_IN_EFFECT R"sql() AS c
    WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL AND s.shipped > 0
    GROUP BY l.product_id) AS p)sql"_sql};

// Of each product what is on hand or scrapped, and how much of that is scrapped or good.
constexpr pg::Statement kReadOnHand{"read_recall_on_hand", R"sql(
  SELECT floor(1000 * COALESCE(avg(p.accounted / p.quantity), 1))::bigint,
         COALESCE(sum(p.open_lots), 0)::bigint
  FROM (
    SELECT lot.product_id, sum(lot.quantity) AS quantity, sum(lot.accounted) AS accounted,
           count(*) FILTER (WHERE lot.accounted < lot.quantity) AS open_lots
    FROM (
      SELECT b.lot_id, b.product_id, sum(b.quantity) AS quantity,
             sum(CASE WHEN b.kind = {PLACE_SCRAP} THEN b.quantity
                      ELSE LEAST(b.quantity, )sql" LOTS_GOOD_QUANTITY R"sql() END) AS accounted
      FROM recall_members m
      JOIN balances b ON b.company = $1 AND b.lot_id = m.lot_id AND b.quantity > 0
        AND (b.kind IN ({PLACES_ON_HAND}) OR b.kind = {PLACE_SCRAP})
      WHERE m.company = $1 AND m.recall_id = $2 AND m.ended_at IS NULL
      GROUP BY b.lot_id, b.product_id) AS lot
    GROUP BY lot.product_id) AS p)sql"_sql};

}  // namespace

absl::StatusOr<RecallEffectiveness> ReadEffectiveness(pg::Transaction& snapshot,
                                                      const CompanyId& company,
                                                      const RecallId& recall_id) {
  const size_t recipients = snapshot.Add(kCountRecipients, company, recall_id);
  const size_t shipped = snapshot.Add(kReadShipped, company, recall_id);
  const size_t on_hand = snapshot.Add(kReadOnHand, company, recall_id);
  ASSIGN_OR_RETURN(const pg::Results results, snapshot.Send());
  return RecallEffectiveness{.recipient_count = results[recipients][0].Get<int64_t>(0),
                             .notified_count = results[recipients][0].Get<int64_t>(1),
                             .answered_count = results[recipients][0].Get<int64_t>(2),
                             .shipped_tenths = results[shipped][0].Get<int64_t>(0),
                             .on_hand_tenths = results[on_hand][0].Get<int64_t>(0),
                             .unaccounted_lot_count = results[on_hand][0].Get<int64_t>(1)};
}

}  // namespace lots
