-- Reads all movements and stops nobody.
ALTER TABLE movements VALIDATE CONSTRAINT movements_kind_known;
ALTER TABLE movements VALIDATE CONSTRAINT movements_receipt_fkey;
