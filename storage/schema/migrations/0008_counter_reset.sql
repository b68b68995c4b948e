-- When the counter of a number template begins again: 1 never, 2 with the year, 3 with the month, 4 with the day (CounterReset in storage/domain).
ALTER TABLE products ADD COLUMN counter_reset smallint NOT NULL DEFAULT 1
  CONSTRAINT products_counter_reset_known CHECK (counter_reset BETWEEN 1 AND 4);
-- The first day of the period that next_value counts in. NULL: it has counted without a reset so far, and its period begins with the next number.
ALTER TABLE number_counters ADD COLUMN period date;
