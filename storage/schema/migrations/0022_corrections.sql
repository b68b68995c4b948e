-- Corrections of genealogies: transformations of kind 7. What 0001 says of every table holds here too.

-- Only rows of the catalog change: a correction names the transformation that it corrects, and rows that exist name none. Building the index reads
-- the table once, about a second for a million rows; it holds corrections alone.
ALTER TABLE transformations
  ADD COLUMN corrects_id uuid,
  ADD CONSTRAINT transformations_corrects_fkey FOREIGN KEY (company, corrects_id)
    REFERENCES transformations (company, transformation_id) NOT VALID;
CREATE INDEX transformations_corrected ON transformations (company, corrects_id) WHERE corrects_id IS NOT NULL;

-- The history of lots: 16 a correction. Rows that exist fit the wider kinds.
ALTER TABLE lot_events
  DROP CONSTRAINT lot_events_kind_known,
  ADD CONSTRAINT lot_events_kind_known CHECK (kind BETWEEN 1 AND 16) NOT VALID;
