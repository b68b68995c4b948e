-- The foundation: catalog, lots, the ledger, genealogy, work orders, idempotency.
--
-- Rules that every table follows (tried on a real Citus cluster, so that `company` can become the distribution column without a change):
--   · company is the first column of every primary key, unique constraint and foreign key;
--   · no triggers, no sequences, no identity columns on tenant tables;
--   · text is COLLATE "C": order and prefix search do not depend on the database's locale;
--   · what must always be true is a constraint with a name, and storage/ turns the name into a refusal.
-- Small integers are the enumerations of storage/model.h, with the same values as in the protos.
-- movements, transformations, their lines, lot_events and audit_entries are append-only: nothing updates or deletes them.
-- entry_id: the audit entry of the write that made the row; NULL: no call made it (data that was loaded). No foreign keys: 10,000 rows of one
-- write would look for the same entry 10,000 times.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- What all servers on this database share: the key that signs page tokens.
CREATE TABLE server_secrets (
  name  text COLLATE "C" CONSTRAINT server_secrets_pkey PRIMARY KEY,
  value bytea NOT NULL
);
INSERT INTO server_secrets (name, value)
VALUES ('page_token', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

CREATE TABLE companies (
  company        text COLLATE "C" NOT NULL,
  lots_enabled   boolean NOT NULL,
  expiry_enabled boolean NOT NULL,
  time_zone      text NOT NULL,
  version        bigint NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  CONSTRAINT companies_pkey PRIMARY KEY (company)
);

CREATE TABLE products (
  company          text COLLATE "C" NOT NULL,
  product_id       text COLLATE "C" NOT NULL,
  display_name     text NOT NULL,
  tracking         smallint NOT NULL,
  unit             text NOT NULL,
  scale            smallint NOT NULL,
  number_template  text NOT NULL,
  expire_days      integer,
  best_before_days integer,
  removal_days     integer,
  alert_days       integer,
  inherit_expiry   boolean NOT NULL,
  warranty_months  integer NOT NULL,
  gtin             text COLLATE "C" NOT NULL,
  producible       boolean NOT NULL,
  case_sensitive   boolean NOT NULL,
  version          bigint NOT NULL,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  CONSTRAINT products_pkey PRIMARY KEY (company, product_id),
  -- What lots of the product rest on: the foreign key of lots names it, so it cannot change once a lot exists.
  CONSTRAINT products_rules_key UNIQUE (company, product_id, tracking, scale, case_sensitive),
  CONSTRAINT products_company_fkey FOREIGN KEY (company) REFERENCES companies (company),
  CONSTRAINT products_tracking_known CHECK (tracking IN (1, 2, 3)),
  CONSTRAINT products_scale_range CHECK (scale BETWEEN 0 AND 6),
  CONSTRAINT products_serial_is_whole CHECK (tracking <> 3 OR scale = 0)
);

-- The next value of each product's number template. A table of its own, so that reserving a range never touches the product's row.
CREATE TABLE number_counters (
  company    text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  next_value bigint NOT NULL,
  CONSTRAINT number_counters_pkey PRIMARY KEY (company, product_id),
  CONSTRAINT number_counters_product_fkey FOREIGN KEY (company, product_id) REFERENCES products (company, product_id),
  CONSTRAINT number_counters_positive CHECK (next_value >= 1)
) WITH (fillfactor = 50);

CREATE TABLE locations (
  company      text COLLATE "C" NOT NULL,
  location_id  text COLLATE "C" NOT NULL,
  kind         smallint NOT NULL,
  display_name text NOT NULL,
  parent_id    text COLLATE "C",
  gln          text COLLATE "C" NOT NULL,
  street       text NOT NULL,
  city         text NOT NULL,
  region       text NOT NULL,
  postal_code  text NOT NULL,
  country      text NOT NULL,
  phone        text NOT NULL,
  is_default   boolean NOT NULL,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  CONSTRAINT locations_pkey PRIMARY KEY (company, location_id),
  -- Balances copy the kind; naming it in their foreign key keeps it immutable while anything refers to it.
  CONSTRAINT locations_kind_key UNIQUE (company, location_id, kind),
  CONSTRAINT locations_company_fkey FOREIGN KEY (company) REFERENCES companies (company),
  CONSTRAINT locations_parent_fkey FOREIGN KEY (company, parent_id) REFERENCES locations (company, location_id)
    DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT locations_kind_known CHECK (kind BETWEEN 1 AND 7),
  CONSTRAINT locations_not_own_parent CHECK (parent_id IS NULL OR parent_id <> location_id)
);
CREATE INDEX locations_parent ON locations (company, parent_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX locations_one_default ON locations (company, kind) WHERE is_default;

CREATE TABLE lots (
  company        text COLLATE "C" NOT NULL,
  lot_id         uuid NOT NULL,
  product_id     text COLLATE "C" NOT NULL,
  tracking       smallint NOT NULL,
  scale          smallint NOT NULL,
  case_sensitive boolean NOT NULL,
  number         text COLLATE "C" NOT NULL,
  -- The number as uniqueness is judged: NFC, case folded unless the product says that case matters.
  number_key     text COLLATE "C" NOT NULL,
  reference      text NOT NULL,
  -- Folded number and reference, a line each, for search.
  search_key     text COLLATE "C" NOT NULL,
  notes          text NOT NULL,
  attributes     jsonb NOT NULL,
  manufactured_on date,
  expires_on      date,
  best_before_on  date,
  removal_on      date,
  alert_on        date,
  state          smallint NOT NULL,
  version        bigint NOT NULL,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  entry_id       uuid,
  CONSTRAINT lots_pkey PRIMARY KEY (company, lot_id),
  CONSTRAINT lots_number_key UNIQUE (company, product_id, number_key),
  CONSTRAINT lots_product_fkey FOREIGN KEY (company, product_id, tracking, scale, case_sensitive)
    REFERENCES products (company, product_id, tracking, scale, case_sensitive),
  CONSTRAINT lots_tracked CHECK (tracking IN (2, 3)),
  CONSTRAINT lots_state_known CHECK (state BETWEEN 1 AND 4)
) WITH (fillfactor = 90);
CREATE INDEX lots_by_creation ON lots (company, created_at DESC, lot_id DESC);
CREATE INDEX lots_by_product_creation ON lots (company, product_id, created_at DESC, lot_id DESC);
CREATE INDEX lots_by_number ON lots (company, number_key, lot_id);
CREATE INDEX lots_by_expiry ON lots (company, expires_on, lot_id);
CREATE INDEX lots_search ON lots USING gin (company, search_key gin_trgm_ops);

-- What one place holds of one lot. The row stays when the quantity is 0: it keeps the place's last recorded_at.
CREATE TABLE balances (
  company          text COLLATE "C" NOT NULL,
  lot_id           uuid NOT NULL,
  location_id      text COLLATE "C" NOT NULL,
  product_id       text COLLATE "C" NOT NULL,
  kind             smallint NOT NULL,
  is_serial        boolean NOT NULL,
  quantity         numeric(19, 6) NOT NULL,
  arrived_at       timestamptz,
  stock_since      timestamptz,
  last_recorded_at timestamptz NOT NULL,
  CONSTRAINT balances_pkey PRIMARY KEY (company, lot_id, location_id),
  CONSTRAINT balances_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT balances_location_fkey FOREIGN KEY (company, location_id, kind)
    REFERENCES locations (company, location_id, kind),
  -- INTERNAL, TRANSIT, CUSTOMER and SCRAP hold goods; the others are the other side of the books.
  CONSTRAINT balances_not_negative CHECK (quantity >= 0 OR kind NOT IN (1, 2, 4, 6)),
  CONSTRAINT balances_serial_is_one CHECK (NOT is_serial OR kind NOT IN (1, 2, 4, 6) OR quantity IN (0, 1)),
  CONSTRAINT balances_bounded CHECK (quantity BETWEEN -1000000000000 AND 1000000000000)
) WITH (fillfactor = 80);
-- A serial is in at most one place that holds goods.
CREATE UNIQUE INDEX balances_serial_in_one_place ON balances (company, lot_id)
  WHERE is_serial AND quantity > 0 AND kind IN (1, 2, 4, 6);
CREATE INDEX balances_by_location ON balances (company, location_id, lot_id) WHERE quantity <> 0;
-- In the order in which ListStock pages through a product.
CREATE INDEX balances_by_product ON balances (company, product_id, lot_id, location_id) WHERE quantity <> 0;

CREATE TABLE work_orders (
  company            text COLLATE "C" NOT NULL,
  work_order_id      text COLLATE "C" NOT NULL,
  product_id         text COLLATE "C" NOT NULL,
  planned_quantity   numeric(19, 6),
  completed_quantity numeric(19, 6) NOT NULL,
  state              smallint NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  CONSTRAINT work_orders_pkey PRIMARY KEY (company, work_order_id),
  CONSTRAINT work_orders_product_fkey FOREIGN KEY (company, product_id) REFERENCES products (company, product_id),
  CONSTRAINT work_orders_state_known CHECK (state IN (1, 2, 3)),
  CONSTRAINT work_orders_completed_not_negative CHECK (completed_quantity >= 0)
);
CREATE INDEX work_orders_by_creation ON work_orders (company, created_at DESC, work_order_id DESC);

-- Which serials an order has. state: 1 planned, 2 completed, 3 unassigned (kept for the history of the lot), 4 voided.
CREATE TABLE assignments (
  company       text COLLATE "C" NOT NULL,
  work_order_id text COLLATE "C" NOT NULL,
  lot_id        uuid NOT NULL,
  -- Orders the serials of an order: microseconds of the assignment, then the place within it.
  assigned_at   timestamptz NOT NULL,
  position      integer NOT NULL,
  assigned_by   text NOT NULL,
  state         smallint NOT NULL,
  entry_id      uuid,
  CONSTRAINT assignments_pkey PRIMARY KEY (company, work_order_id, lot_id),
  CONSTRAINT assignments_work_order_fkey FOREIGN KEY (company, work_order_id)
    REFERENCES work_orders (company, work_order_id),
  CONSTRAINT assignments_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT assignments_state_known CHECK (state IN (1, 2, 3, 4))
);
-- A serial is planned for one order at a time.
CREATE UNIQUE INDEX assignments_one_plan ON assignments (company, lot_id) WHERE state = 1;
CREATE INDEX assignments_by_lot ON assignments (company, lot_id);
CREATE INDEX assignments_planned ON assignments (company, work_order_id, assigned_at, position) WHERE state = 1;

CREATE TABLE transformations (
  company           text COLLATE "C" NOT NULL,
  transformation_id uuid NOT NULL,
  kind              smallint NOT NULL,
  work_order_id     text COLLATE "C",
  occurred_at       timestamptz NOT NULL,
  recorded_at       timestamptz NOT NULL,
  actor             text NOT NULL,
  note              text NOT NULL,
  reverses_id       uuid,
  entry_id          uuid,
  CONSTRAINT transformations_pkey PRIMARY KEY (company, transformation_id),
  CONSTRAINT transformations_reverses_fkey FOREIGN KEY (company, reverses_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT transformations_work_order_fkey FOREIGN KEY (company, work_order_id)
    REFERENCES work_orders (company, work_order_id),
  CONSTRAINT transformations_kind_known CHECK (kind BETWEEN 1 AND 5)
);
-- Of reversals alone: others cost it nothing, and a look for a reversal that is not there hardly anything.
CREATE UNIQUE INDEX transformations_reversed_once ON transformations (company, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX transformations_by_work_order ON transformations (company, work_order_id, recorded_at)
  WHERE work_order_id IS NOT NULL;

-- What went in. output_lot_id: the output it went into (exact); NULL: pooled.
CREATE TABLE transformation_inputs (
  company           text COLLATE "C" NOT NULL,
  transformation_id uuid NOT NULL,
  line              integer NOT NULL,
  lot_id            uuid NOT NULL,
  quantity          numeric(19, 6) NOT NULL,
  output_lot_id     uuid,
  CONSTRAINT transformation_inputs_pkey PRIMARY KEY (company, transformation_id, line),
  CONSTRAINT transformation_inputs_transformation_fkey FOREIGN KEY (company, transformation_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT transformation_inputs_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT transformation_inputs_positive CHECK (quantity > 0)
);
-- Upstream from one of 10,000 serials reads its own exact inputs and the pooled ones, not those of its siblings.
CREATE INDEX transformation_inputs_exact ON transformation_inputs (company, output_lot_id)
  WHERE output_lot_id IS NOT NULL;
CREATE INDEX transformation_inputs_pooled ON transformation_inputs (company, transformation_id)
  WHERE output_lot_id IS NULL;
CREATE INDEX transformation_inputs_by_lot ON transformation_inputs (company, lot_id, transformation_id);

-- What came out. role: 1 the product, 2 a by-product, 3 a component that came back whole from a disassembly (not made from the unit).
CREATE TABLE transformation_outputs (
  company           text COLLATE "C" NOT NULL,
  transformation_id uuid NOT NULL,
  line              integer NOT NULL,
  lot_id            uuid NOT NULL,
  quantity          numeric(19, 6) NOT NULL,
  role              smallint NOT NULL,
  -- Of a component that came back: the unit that it was exact in; NULL: it was pooled.
  input_lot_id      uuid,
  CONSTRAINT transformation_outputs_pkey PRIMARY KEY (company, transformation_id, line),
  CONSTRAINT transformation_outputs_transformation_fkey FOREIGN KEY (company, transformation_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT transformation_outputs_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT transformation_outputs_positive CHECK (quantity > 0),
  CONSTRAINT transformation_outputs_role_known CHECK (role IN (1, 2, 3))
);
CREATE INDEX transformation_outputs_by_lot ON transformation_outputs (company, lot_id, transformation_id);

CREATE TABLE movements (
  company           text COLLATE "C" NOT NULL,
  movement_id       uuid NOT NULL,
  kind              smallint NOT NULL,
  lot_id            uuid NOT NULL,
  quantity          numeric(19, 6) NOT NULL,
  from_location_id  text COLLATE "C" NOT NULL,
  to_location_id    text COLLATE "C" NOT NULL,
  document_type     text NOT NULL,
  document_number   text COLLATE "C" NOT NULL,
  partner_id        text COLLATE "C" NOT NULL,
  occurred_at       timestamptz NOT NULL,
  recorded_at       timestamptz NOT NULL,
  actor             text NOT NULL,
  note              text NOT NULL,
  reverses_id       uuid,
  delivery_id       uuid,
  transformation_id uuid,
  work_order_id     text COLLATE "C",
  -- The dates of both places before this movement, so that a reversal can restore them.
  from_arrived_at   timestamptz,
  from_stock_since  timestamptz,
  to_arrived_at     timestamptz,
  to_stock_since    timestamptz,
  entry_id          uuid,
  CONSTRAINT movements_pkey PRIMARY KEY (company, movement_id),
  CONSTRAINT movements_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT movements_from_fkey FOREIGN KEY (company, from_location_id) REFERENCES locations (company, location_id),
  CONSTRAINT movements_to_fkey FOREIGN KEY (company, to_location_id) REFERENCES locations (company, location_id),
  CONSTRAINT movements_reverses_fkey FOREIGN KEY (company, reverses_id) REFERENCES movements (company, movement_id),
  CONSTRAINT movements_delivery_fkey FOREIGN KEY (company, delivery_id) REFERENCES movements (company, movement_id),
  CONSTRAINT movements_transformation_fkey FOREIGN KEY (company, transformation_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT movements_positive CHECK (quantity > 0),
  CONSTRAINT movements_go_somewhere CHECK (from_location_id <> to_location_id),
  CONSTRAINT movements_kind_known CHECK (kind BETWEEN 1 AND 8)
);
CREATE UNIQUE INDEX movements_reversed_once ON movements (company, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX movements_by_lot ON movements (company, lot_id, recorded_at, movement_id);
-- Receipts, deliveries, returns and adjustments: where goods come from and go to, without what moved in between.
CREATE INDEX movements_across ON movements (company, lot_id) WHERE kind IN (1, 3, 4, 8);
CREATE INDEX movements_by_record ON movements (company, recorded_at DESC, movement_id DESC);
CREATE INDEX movements_by_document ON movements (company, document_number) WHERE document_number <> '';
CREATE INDEX movements_by_transformation ON movements (company, transformation_id) WHERE transformation_id IS NOT NULL;

-- What customers may still send back of each delivery.
CREATE TABLE deliveries (
  company     text COLLATE "C" NOT NULL,
  movement_id uuid NOT NULL,
  returnable  numeric(19, 6) NOT NULL,
  CONSTRAINT deliveries_pkey PRIMARY KEY (company, movement_id),
  CONSTRAINT deliveries_movement_fkey FOREIGN KEY (company, movement_id) REFERENCES movements (company, movement_id),
  CONSTRAINT deliveries_returnable_not_negative CHECK (returnable >= 0)
) WITH (fillfactor = 80);

-- What happened to a lot's record (not to goods). No foreign key: the events of a deleted lot stay.
-- Creation and assignment of a living lot are read from lots and assignments; their events are written when the lot is deleted or the
-- assignment ends.
CREATE TABLE lot_events (
  company       text COLLATE "C" NOT NULL,
  event_id      uuid NOT NULL,
  lot_id        uuid NOT NULL,
  kind          smallint NOT NULL,
  work_order_id text COLLATE "C",
  actor         text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  changes       jsonb NOT NULL,
  entry_id      uuid,
  CONSTRAINT lot_events_pkey PRIMARY KEY (company, event_id),
  CONSTRAINT lot_events_kind_known CHECK (kind BETWEEN 1 AND 8)
);
CREATE INDEX lot_events_by_lot ON lot_events (company, lot_id, recorded_at, event_id);

-- Every write that happened, by the caller's request_id: what makes a repeat harmless. Kept for 30 days.
CREATE TABLE requests (
  company      text COLLATE "C" NOT NULL,
  request_id   text COLLATE "C" NOT NULL,
  method       text COLLATE "C" NOT NULL,
  payload_hash bytea NOT NULL,
  -- The ids of what was made, in an order that the method knows.
  made         uuid[] NOT NULL,
  created_at   timestamptz NOT NULL,
  CONSTRAINT requests_pkey PRIMARY KEY (company, request_id)
);
CREATE INDEX requests_by_creation ON requests (company, created_at);

-- Who wrote what, and from where: a row for each write that happened, in its transaction. What the write made names it, so that the writes of
-- a lot are found through the rows of that lot; an index over lot_ids would cost a write of 10,000 serials as much as one of theirs.
CREATE TABLE audit_entries (
  company       text COLLATE "C" NOT NULL,
  entry_id      uuid NOT NULL,
  recorded_at   timestamptz NOT NULL,
  actor         text COLLATE "C" NOT NULL,
  caller        text COLLATE "C" NOT NULL,  -- as whom it was known; empty: nobody asked
  peer          text COLLATE "C" NOT NULL,
  certificate   text COLLATE "C" NOT NULL,
  method        text COLLATE "C" NOT NULL,
  request_id    text COLLATE "C" NOT NULL,
  trace_id      text COLLATE "C" NOT NULL,
  work_order_id text COLLATE "C",
  recall_id     text COLLATE "C",
  -- The first of the lots that it touched, for the reader, and how many there are.
  lot_ids       uuid[] NOT NULL,
  lot_count     integer NOT NULL,
  CONSTRAINT audit_entries_pkey PRIMARY KEY (company, entry_id),
  CONSTRAINT audit_entries_lots_bounded CHECK (cardinality(lot_ids) <= 20 AND lot_count >= cardinality(lot_ids))
);
CREATE INDEX audit_entries_by_time ON audit_entries (company, recorded_at DESC, entry_id DESC);
CREATE INDEX audit_entries_by_actor ON audit_entries (company, actor, recorded_at DESC, entry_id DESC);
CREATE INDEX audit_entries_by_request ON audit_entries (company, request_id) WHERE request_id <> '';
CREATE INDEX audit_entries_by_work_order ON audit_entries (company, work_order_id, recorded_at DESC, entry_id DESC)
  WHERE work_order_id IS NOT NULL;
