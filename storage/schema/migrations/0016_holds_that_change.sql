-- Holds of a part, holds of a case, holds that wait for an inspection, and holds that change. The release before goes on reading lot_holds; for that
-- release a hold of a part holds all that is at the place.
ALTER TABLE holds
  -- So much must stay at the place. NULL: all of it.
  ADD COLUMN quantity numeric(19, 6),
  ADD CONSTRAINT holds_quantity_of_place CHECK (quantity IS NULL OR (cause = 2 AND quantity > 0)) NOT VALID,
  -- The complaint, deviation or corrective action that the hold belongs to.
  ADD COLUMN case_id text COLLATE "C",
  -- Placed with a receipt, because the product holds what comes in until somebody has inspected it.
  ADD COLUMN awaits_inspection boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT holds_inspection_of_lot CHECK (NOT awaits_inspection OR (cause = 1 AND expires_at IS NULL)) NOT VALID,
  ADD COLUMN version bigint NOT NULL DEFAULT 1,
  -- The last change. NULL: none.
  ADD COLUMN updated_at timestamptz;

-- Whether goods of a product are held when they are received.
ALTER TABLE products ADD COLUMN hold_on_receipt boolean NOT NULL DEFAULT false;

-- Kind 11: a hold of the lot changed; hold_id says which. (Kind 12, an inspection, has no row here.)
ALTER TABLE lot_events
  ADD COLUMN hold_id uuid,
  DROP CONSTRAINT lot_events_kind_known,
  ADD CONSTRAINT lot_events_kind_known CHECK (kind BETWEEN 1 AND 8 OR kind BETWEEN 11 AND 16) NOT VALID;

-- The same rows with more columns at the end, which the release before does not name.
CREATE OR REPLACE VIEW lot_holds AS
SELECT company, lot_id, cause, hold_id, location_id, source_lot_id, NULL::text AS recall_id, reason, exempt_location_ids,
       expires_at, placed_by, placed_at, true AS binding, quantity, case_id, awaits_inspection, version, updated_at
FROM holds
WHERE released_at IS NULL
UNION ALL
SELECT m.company, m.lot_id, 4::smallint, NULL::uuid, NULL::text, NULL::uuid, m.recall_id, r.reason, r.exempt_location_ids,
       NULL::timestamptz, r.opened_by, m.joined_at, NOT r.drill, NULL::numeric(19, 6), NULL::text, false, 1::bigint, NULL::timestamptz
FROM recall_members m
JOIN recalls r ON r.company = m.company AND r.recall_id = m.recall_id AND r.state = 1;
