-- What lots were before: the numbers that they had, and whether a PLANNED or VOID one was ACTIVE. What 0001 says of every table holds here too.
-- Only the tables; migration 7 fills them, so that no lock of this one is held while large tables are read.

-- A number under which a lot was ever ACTIVE stays the number of this lot, also when the lot has another one now. No lot may have as its number
-- what is here for another lot: a statement after every insert and every rename of lots adds the rows that would be wrong once more, and so fails
-- on former_numbers_pkey. A lot that takes a former number of its own back keeps the row.
CREATE TABLE former_numbers (
  company    text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  number_key text COLLATE "C" NOT NULL,
  number     text COLLATE "C" NOT NULL,
  -- The folded number. lots.search_key has it as a line of its own.
  search_key text COLLATE "C" NOT NULL,
  lot_id     uuid NOT NULL,
  CONSTRAINT former_numbers_pkey PRIMARY KEY (company, product_id, number_key),
  CONSTRAINT former_numbers_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id)
);
CREATE INDEX former_numbers_by_key ON former_numbers (company, number_key, lot_id);
CREATE INDEX former_numbers_by_lot ON former_numbers (company, lot_id);

-- Of a PLANNED or VOID lot: whether it was ACTIVE before. Means nothing of other lots.
ALTER TABLE lots ADD COLUMN active_before boolean NOT NULL DEFAULT false;

-- What a serial was before it came out: its state, and its dates (manufactured_on, expires_on, best_before_on, removal_on, alert_on), so that a
-- reversal restores them. NULL of everything else.
ALTER TABLE transformation_outputs ADD COLUMN before_state smallint, ADD COLUMN before_dates date[];
