-- Corrections of genealogies: transformations of kind 7. What 0001 says of every table holds here too.

-- A correction names the transformation that it corrects; rows that exist name none. Writers of transformations wait while PostgreSQL reads the table
-- once, about a second for a million rows. The index holds corrections alone.
ALTER TABLE transformations
  ADD COLUMN corrects_id uuid,
  ADD CONSTRAINT transformations_corrects_fkey FOREIGN KEY (company, corrects_id) REFERENCES transformations (company, transformation_id);
CREATE INDEX transformations_corrected ON transformations (company, corrects_id) WHERE corrects_id IS NOT NULL;
