-- A by-product of a lot that went into the same completion, of no larger quantity, is left over: it was not made. A serial is never left over: it went
-- in and came out as a whole. Migration 27 finds what was left over in past completions, so that nobody waits for that.
ALTER TABLE transformation_outputs ADD COLUMN left_over boolean NOT NULL DEFAULT false;
