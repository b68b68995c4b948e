-- The constraints of the migration before, proven while others write.
ALTER TABLE lot_events VALIDATE CONSTRAINT lot_events_kind_known;
ALTER TABLE locations VALIDATE CONSTRAINT locations_default_in_use;
