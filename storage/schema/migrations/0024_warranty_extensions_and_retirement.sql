-- Extensions of warranties. Rows are written once: nothing updates or deletes them.
CREATE TABLE warranty_extensions (
  company         text COLLATE "C" NOT NULL,
  extension_id    uuid NOT NULL,
  lot_id          uuid NOT NULL,
  -- Either months that are added to the end, or the new last day.
  months          integer,
  ends_on         date,
  -- Whether the new last day may be earlier than the one before.
  is_shortening   boolean NOT NULL,
  reason          text NOT NULL,
  document_type   text NOT NULL,
  document_number text NOT NULL,
  actor           text NOT NULL,
  recorded_at     timestamptz NOT NULL,
  entry_id        uuid,
  CONSTRAINT warranty_extensions_pkey PRIMARY KEY (company, extension_id),
  CONSTRAINT warranty_extensions_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT warranty_extensions_one_term CHECK (num_nonnulls(months, ends_on) = 1),
  CONSTRAINT warranty_extensions_months_positive CHECK (months > 0),
  CONSTRAINT warranty_extensions_shorten_to_a_day CHECK (ends_on IS NOT NULL OR NOT is_shortening),
  CONSTRAINT warranty_extensions_reason_given CHECK (reason <> '')
);
CREATE INDEX warranty_extensions_by_lot ON warranty_extensions (company, lot_id, recorded_at, extension_id);

-- 17: the warranty was extended. The next migration validates.
ALTER TABLE lot_events
  DROP CONSTRAINT lot_events_kind_known,
  ADD CONSTRAINT lot_events_kind_known CHECK (kind BETWEEN 1 AND 18) NOT VALID;

-- Since when products and locations take nothing new; NULL: they are in use. The release before, while it still serves, does not look at it.
ALTER TABLE products ADD COLUMN retired_at timestamptz;
ALTER TABLE locations
  ADD COLUMN retired_at timestamptz,
  ADD CONSTRAINT locations_default_in_use CHECK (retired_at IS NULL OR NOT is_default) NOT VALID;
-- Open orders (state 1) of a product: they keep it in use.
CREATE INDEX work_orders_open_of_product ON work_orders (company, product_id, work_order_id) WHERE state = 1;
