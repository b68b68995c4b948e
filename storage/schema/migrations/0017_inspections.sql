-- Reads all rows and stops nobody.
ALTER TABLE holds VALIDATE CONSTRAINT holds_quantity_of_place;
ALTER TABLE holds VALIDATE CONSTRAINT holds_inspection_of_lot;
ALTER TABLE lot_events VALIDATE CONSTRAINT lot_events_kind_known;

-- Building these holds up new holds for about a minute for each ten million, and no movement.
-- A lot waits once, however many receipts it has.
CREATE UNIQUE INDEX holds_one_awaits_inspection ON holds (company, lot_id) WHERE awaits_inspection AND released_at IS NULL;
-- Lists, the newest first: all holds, and those that nobody released.
CREATE INDEX holds_by_placing ON holds (company, placed_at DESC, hold_id DESC);
CREATE INDEX holds_standing_by_placing ON holds (company, placed_at DESC, hold_id DESC) WHERE released_at IS NULL;
CREATE INDEX holds_by_case ON holds (company, case_id, placed_at DESC, hold_id DESC) WHERE case_id IS NOT NULL;

-- Inspections of lots and units. Rows are written once: nothing updates or deletes them.
-- Verdicts: 1 passed, 2 failed (Verdict in storage/domain/kinds/inspection.h).
CREATE TABLE inspections (
  company          text COLLATE "C" NOT NULL,
  inspection_id    uuid NOT NULL,
  lot_id           uuid NOT NULL,
  -- The caller's name of the inspection plan; empty: none.
  plan             text COLLATE "C" NOT NULL,
  verdict          smallint NOT NULL,
  inspector        text NOT NULL,
  inspected_at     timestamptz NOT NULL,
  recorded_at      timestamptz NOT NULL,
  actor            text NOT NULL,
  note             text NOT NULL,
  -- The hold that this inspection placed, and the one that it ended.
  hold_id          uuid,
  released_hold_id uuid,
  entry_id         uuid,
  CONSTRAINT inspections_pkey PRIMARY KEY (company, inspection_id),
  CONSTRAINT inspections_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT inspections_hold_fkey FOREIGN KEY (company, hold_id) REFERENCES holds (company, hold_id),
  CONSTRAINT inspections_released_hold_fkey FOREIGN KEY (company, released_hold_id) REFERENCES holds (company, hold_id),
  CONSTRAINT inspections_verdict_known CHECK (verdict IN (1, 2)),
  CONSTRAINT inspections_hold_of_failure CHECK ((hold_id IS NULL OR verdict = 2) AND (released_hold_id IS NULL OR verdict = 1))
);
CREATE INDEX inspections_by_lot ON inspections (company, lot_id, recorded_at, inspection_id);
-- Lists, the newest first.
CREATE INDEX inspections_by_record ON inspections (company, recorded_at DESC, inspection_id DESC);
CREATE INDEX inspections_by_plan ON inspections (company, plan, recorded_at DESC, inspection_id DESC) WHERE plan <> '';
CREATE INDEX inspections_failed ON inspections (company, recorded_at DESC, inspection_id DESC) WHERE verdict = 2;

-- What was measured or looked at: one typed value a row.
CREATE TABLE inspection_results (
  company       text COLLATE "C" NOT NULL,
  inspection_id uuid NOT NULL,
  line          integer NOT NULL,
  name          text NOT NULL,
  -- At most one of these has a value.
  text_value    text,
  number_value  numeric(19, 6),
  flag_value    boolean,
  date_value    date,
  time_value    timestamptz,
  unit          text NOT NULL,
  -- The limits of a number, themselves within.
  lower_limit   numeric(19, 6),
  upper_limit   numeric(19, 6),
  passed        boolean,
  CONSTRAINT inspection_results_pkey PRIMARY KEY (company, inspection_id, line),
  CONSTRAINT inspection_results_inspection_fkey FOREIGN KEY (company, inspection_id) REFERENCES inspections (company, inspection_id),
  CONSTRAINT inspection_results_one_value CHECK (num_nonnulls(text_value, number_value, flag_value, date_value, time_value) <= 1),
  CONSTRAINT inspection_results_limits_of_number CHECK (number_value IS NOT NULL OR (lower_limit IS NULL AND upper_limit IS NULL)),
  CONSTRAINT inspection_results_limits_in_order CHECK (lower_limit <= upper_limit)
);

-- Certificates and other documents, which lie elsewhere.
CREATE TABLE inspection_documents (
  company       text COLLATE "C" NOT NULL,
  inspection_id uuid NOT NULL,
  line          integer NOT NULL,
  document_type text NOT NULL,
  title         text NOT NULL,
  url           text NOT NULL,
  CONSTRAINT inspection_documents_pkey PRIMARY KEY (company, inspection_id, line),
  CONSTRAINT inspection_documents_inspection_fkey FOREIGN KEY (company, inspection_id) REFERENCES inspections (company, inspection_id)
);
