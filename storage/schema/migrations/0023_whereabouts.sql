-- Indexes for the filter of lots by where they are. They hold what is seldom posted and cost other writes nothing. Building them holds up writers
-- of movements while PostgreSQL reads the table once, about a second for a million rows.
CREATE INDEX movements_gone ON movements (company, kind, lot_id) WHERE kind IN (8, 9) OR (kind = 5 AND transformation_id IS NULL);
CREATE INDEX transformations_by_kind ON transformations (company, kind, transformation_id) WHERE kind IN (2, 3, 4, 5);
