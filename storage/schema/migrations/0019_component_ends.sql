-- When components leave a unit. What 0001 says of every table holds here too. Only the table and the kinds; migration 21 fills it from what was
-- taken apart and reworked before, so that no lock of this one is held while large tables are read.

-- One row: a quantity of one line of transformation_inputs is no longer in what it went into. ending_id is the transformation that took it out, or
-- that corrected the line. The row is in effect exactly when that transformation is, so a reversal of it needs nothing here.
-- input_line 0: the unit unit_lot_id (which lot_id repeats, with quantity 1) was taken apart. It is no longer what transformation_id made, so that
-- nothing which was pooled there is in it.
CREATE TABLE component_ends (
  company           text COLLATE "C" NOT NULL,
  ending_id         uuid NOT NULL,
  line              integer NOT NULL,
  transformation_id uuid NOT NULL,
  input_line        integer NOT NULL,
  lot_id            uuid NOT NULL,
  -- As the line of the input says: the unit of an exact one; NULL: it was pooled.
  unit_lot_id       uuid,
  quantity          numeric(19, 6) NOT NULL,
  entry_id          uuid,
  CONSTRAINT component_ends_pkey PRIMARY KEY (company, ending_id, line),
  CONSTRAINT component_ends_ending_fkey FOREIGN KEY (company, ending_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT component_ends_transformation_fkey FOREIGN KEY (company, transformation_id)
    REFERENCES transformations (company, transformation_id),
  CONSTRAINT component_ends_positive CHECK (quantity > 0),
  CONSTRAINT component_ends_of_a_line CHECK (input_line >= 0),
  CONSTRAINT component_ends_of_a_unit CHECK (input_line > 0 OR unit_lot_id = lot_id)
);
-- No key to lots: the lots are those of the line, which has one.
CREATE INDEX component_ends_by_input ON component_ends (company, transformation_id, input_line);

-- What a recall's seeds were in and are no longer when it is opened: counted and listed apart, and no member.
CREATE TABLE recall_former_lots (
  company   text COLLATE "C" NOT NULL,
  recall_id text COLLATE "C" NOT NULL,
  lot_id    uuid NOT NULL,
  depth     integer NOT NULL,
  certain   boolean NOT NULL,
  -- Until when a seed was in it.
  until     timestamptz NOT NULL,
  CONSTRAINT recall_former_lots_pkey PRIMARY KEY (company, recall_id, lot_id),
  CONSTRAINT recall_former_lots_recall_fkey FOREIGN KEY (company, recall_id)
    REFERENCES recalls (company, recall_id),
  CONSTRAINT recall_former_lots_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id)
);
CREATE INDEX recall_former_lots_by_lot ON recall_former_lots (company, lot_id);

-- Rows that exist fit the wider kinds; migration 21 proves it while others write.
-- Transformations: 6 maintenance of a unit. Movements: 12 a component is installed, 13 it is removed. Outputs: 4 a unit that was maintained.
ALTER TABLE transformations
  DROP CONSTRAINT transformations_kind_known,
  ADD CONSTRAINT transformations_kind_known CHECK (kind BETWEEN 1 AND 9) NOT VALID;
ALTER TABLE movements
  DROP CONSTRAINT movements_kind_known,
  ADD CONSTRAINT movements_kind_known CHECK (kind BETWEEN 1 AND 13) NOT VALID;
ALTER TABLE transformation_outputs
  DROP CONSTRAINT transformation_outputs_role_known,
  ADD CONSTRAINT transformation_outputs_role_known CHECK (role IN (1, 2, 3, 4)) NOT VALID;
