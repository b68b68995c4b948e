-- The etag of a location, as companies and products have one. The lotd of the release before inserts locations without this column (they begin
-- with 1), and changes them without moving the etag until the last server of that release is gone.
ALTER TABLE locations ADD COLUMN version bigint NOT NULL DEFAULT 1;
