-- The warranty that a serial was delivered with: the product's months and the day in the company's zone, as they were then. NULL: of a lot, or
-- delivered by the release before, which knows nothing of them.
ALTER TABLE deliveries
  ADD COLUMN warranty_months integer,
  ADD COLUMN delivered_on date;
