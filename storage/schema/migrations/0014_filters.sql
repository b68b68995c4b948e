-- Indexes for the filters of lists. Building them holds up writes for about a minute for each ten million rows.

-- Lots.
CREATE INDEX lots_by_creator ON lots (company, created_by COLLATE "C", created_at DESC, lot_id DESC);
CREATE INDEX lots_by_update ON lots (company, updated_at DESC, lot_id DESC);
-- With its default operators, which also find a key. Most lots have no attributes.
CREATE INDEX lots_attributes ON lots USING gin (company, attributes) WHERE attributes <> '{}';
ALTER INDEX lots_attributes SET (gin_pending_list_limit = 512);
CREATE INDEX holds_by_cause ON holds (company, cause, lot_id) WHERE released_at IS NULL;

-- Movements, the newest first; only those that have a partner or a document. Every further index would cost every movement.
CREATE INDEX movements_by_partner ON movements (company, partner_id, recorded_at DESC, movement_id DESC) WHERE partner_id <> '';
CREATE INDEX movements_by_document_type ON movements (company, document_type COLLATE "C", recorded_at DESC, movement_id DESC)
  WHERE document_type COLLATE "C" <> '';

CREATE INDEX work_orders_by_update ON work_orders (company, updated_at DESC, work_order_id DESC);
