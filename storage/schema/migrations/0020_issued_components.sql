-- What was issued to an order and not used up yet, by lot. The goods are in the company's location WORK_IN_PROCESS, which is PRODUCTION and may
-- therefore be negative; here is which order has them, and never less than nothing. A row stays when its quantity is 0.
CREATE TABLE issued_components (
  company       text COLLATE "C" NOT NULL,
  work_order_id text COLLATE "C" NOT NULL,
  lot_id        uuid NOT NULL,
  quantity      numeric(19, 6) NOT NULL,
  -- Since when the goods had been in stock when they were issued, the earliest of them: what is left goes back with this date.
  stock_since   timestamptz NOT NULL,
  -- When goods of the lot were last issued to the order.
  issued_at     timestamptz NOT NULL,
  CONSTRAINT issued_components_pkey PRIMARY KEY (company, work_order_id, lot_id),
  CONSTRAINT issued_components_work_order_fkey FOREIGN KEY (company, work_order_id)
    REFERENCES work_orders (company, work_order_id),
  CONSTRAINT issued_components_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT issued_components_not_negative CHECK (quantity >= 0)
) WITH (fillfactor = 80);
CREATE INDEX issued_components_by_lot ON issued_components (company, lot_id, work_order_id) WHERE quantity > 0;

-- Where and by whom an order was worked on.
ALTER TABLE transformations
  ADD COLUMN operation text NOT NULL DEFAULT '',
  ADD COLUMN work_centre text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN subcontractor_id text COLLATE "C" NOT NULL DEFAULT '',
  -- 8: components were issued to an order, or came back from it. Rows that exist fit; a later migration proves it while others write.
  DROP CONSTRAINT transformations_kind_known,
  ADD CONSTRAINT transformations_kind_known CHECK (kind BETWEEN 1 AND 9) NOT VALID;

-- 10: goods were issued to an order. 11: they came back from it.
ALTER TABLE movements
  DROP CONSTRAINT movements_kind_known,
  ADD CONSTRAINT movements_kind_known CHECK (kind BETWEEN 1 AND 13) NOT VALID;
