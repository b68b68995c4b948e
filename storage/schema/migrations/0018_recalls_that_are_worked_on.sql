-- Recalls that are worked on: memberships that end, seeds that are added, dispositions of goods, answers of recipients, quarantine places.
-- The release before goes on working: it writes none of these, and for it a membership that ended has ended too (lot_holds).

ALTER TABLE recalls
  -- The etag. Each change of the recall adds one; rows of the recall that a later one replaces are ordered by it.
  ADD COLUMN version bigint NOT NULL DEFAULT 1,
  -- True: scrap, quarantine places and suppliers are not exempt on their own.
  ADD COLUMN only_listed_exempt boolean NOT NULL DEFAULT false;

-- Only INTERNAL and TRANSIT places hold goods of the company, so only they can be a quarantine.
ALTER TABLE locations
  ADD COLUMN is_quarantine boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT locations_quarantine_on_hand CHECK (NOT is_quarantine OR kind IN (1, 2));

-- When the membership ended; NULL: the lot is a member. recall_member_changes says why, and keeps each earlier end.
ALTER TABLE recall_members
  ADD COLUMN ended_at timestamptz,
  -- The write that added the member later, to a recall that was open. NULL: the opening, or the posting that made the lot.
  ADD COLUMN entry_id uuid;

-- Why a membership ended or began again. kind: 1 excluded with evidence, 2 included by a person, 3 included because it was made of a member or
-- because a new seed reached it, 4 no longer made of a member (RecallMemberChange in storage/domain/kinds/recall.h).
CREATE TABLE recall_member_changes (
  company           text COLLATE "C" NOT NULL,
  lot_id            uuid NOT NULL,
  recall_id         text COLLATE "C" NOT NULL,
  entry_id          uuid NOT NULL,
  kind              smallint NOT NULL,
  evidence          text NOT NULL,
  evidence_link     text NOT NULL,
  transformation_id uuid,
  changed_by        text NOT NULL,
  changed_at        timestamptz NOT NULL,
  CONSTRAINT recall_member_changes_pkey PRIMARY KEY (company, lot_id, recall_id, entry_id, kind),
  CONSTRAINT recall_member_changes_member_fkey FOREIGN KEY (company, lot_id, recall_id)
    REFERENCES recall_members (company, lot_id, recall_id),
  CONSTRAINT recall_member_changes_kind_known CHECK (kind IN (1, 2, 3, 4))
);

-- The seeds that were added after the recall was opened. A seed is a member of depth 0.
CREATE TABLE recall_seeds (
  company   text COLLATE "C" NOT NULL,
  recall_id text COLLATE "C" NOT NULL,
  lot_id    uuid NOT NULL,
  added_by  text NOT NULL,
  added_at  timestamptz NOT NULL,
  entry_id  uuid NOT NULL,
  CONSTRAINT recall_seeds_pkey PRIMARY KEY (company, recall_id, lot_id),
  CONSTRAINT recall_seeds_member_fkey FOREIGN KEY (company, lot_id, recall_id)
    REFERENCES recall_members (company, lot_id, recall_id)
);

-- What was decided about, or became of, goods of a lot at a place. Of rows with the same lot, place and kind the one of the latest version is in
-- effect; quantity 0 takes it back. kind: 1 cleared, 2 reworked, 3 scrapped, 4 returned to the supplier, 5 destroyed by the customer
-- (RecallDispositionKind in storage/domain/kinds/recall.h).
CREATE TABLE recall_dispositions (
  company     text COLLATE "C" NOT NULL,
  recall_id   text COLLATE "C" NOT NULL,
  lot_id      uuid NOT NULL,
  location_id text COLLATE "C" NOT NULL,
  kind        smallint NOT NULL,
  version     bigint NOT NULL,
  quantity    numeric(19, 6) NOT NULL,
  note        text NOT NULL,
  link        text NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  entry_id    uuid NOT NULL,
  CONSTRAINT recall_dispositions_pkey PRIMARY KEY (company, recall_id, lot_id, location_id, kind, version),
  CONSTRAINT recall_dispositions_member_fkey FOREIGN KEY (company, lot_id, recall_id)
    REFERENCES recall_members (company, lot_id, recall_id),
  CONSTRAINT recall_dispositions_location_fkey FOREIGN KEY (company, location_id) REFERENCES locations (company, location_id),
  CONSTRAINT recall_dispositions_kind_known CHECK (kind IN (1, 2, 3, 4, 5)),
  CONSTRAINT recall_dispositions_not_negative CHECK (quantity >= 0)
);
-- The history of a lot.
CREATE INDEX recall_dispositions_by_lot ON recall_dispositions (company, lot_id, recorded_at);

-- What a recipient was told and answered. A NULL leaves what an earlier version says.
CREATE TABLE recall_responses (
  company       text COLLATE "C" NOT NULL,
  recall_id     text COLLATE "C" NOT NULL,
  partner_id    text COLLATE "C" NOT NULL,
  version       bigint NOT NULL,
  notified_at   timestamptz,
  notified_how  text NOT NULL,
  answered_at   timestamptz,
  note          text NOT NULL,
  link          text NOT NULL,
  recorded_by   text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  entry_id      uuid NOT NULL,
  CONSTRAINT recall_responses_pkey PRIMARY KEY (company, recall_id, partner_id, version),
  CONSTRAINT recall_responses_recall_fkey FOREIGN KEY (company, recall_id) REFERENCES recalls (company, recall_id)
);

-- The quantities of an answer. Of rows with the same partner, lot and delivery the one of the latest version is in effect. found: what the
-- recipient still had; destroyed and returned are parts of that. sold_on: what was passed on or used before.
CREATE TABLE recall_response_quantities (
  company     text COLLATE "C" NOT NULL,
  recall_id   text COLLATE "C" NOT NULL,
  partner_id  text COLLATE "C" NOT NULL,
  version     bigint NOT NULL,
  position    integer NOT NULL,
  lot_id      uuid NOT NULL,
  movement_id uuid,  -- the delivery; NULL: all of the lot's deliveries together
  found       numeric(19, 6) NOT NULL,
  destroyed   numeric(19, 6) NOT NULL,
  returned    numeric(19, 6) NOT NULL,
  sold_on     numeric(19, 6) NOT NULL,
  CONSTRAINT recall_response_quantities_pkey PRIMARY KEY (company, recall_id, partner_id, version, position),
  CONSTRAINT recall_response_quantities_response_fkey FOREIGN KEY (company, recall_id, partner_id, version)
    REFERENCES recall_responses (company, recall_id, partner_id, version),
  CONSTRAINT recall_response_quantities_member_fkey FOREIGN KEY (company, lot_id, recall_id)
    REFERENCES recall_members (company, lot_id, recall_id),
  CONSTRAINT recall_response_quantities_not_negative CHECK (found >= 0 AND destroyed >= 0 AND returned >= 0 AND sold_on >= 0),
  CONSTRAINT recall_response_quantities_parts CHECK (destroyed + returned <= found)
);
CREATE INDEX recall_response_quantities_by_lot ON recall_response_quantities (company, recall_id, lot_id);

-- As 0016 has it; a membership that ended holds nothing.
CREATE OR REPLACE VIEW lot_holds AS
SELECT company, lot_id, cause, hold_id, location_id, source_lot_id, NULL::text AS recall_id, reason, exempt_location_ids,
       expires_at, placed_by, placed_at, true AS binding, quantity, case_id, awaits_inspection, version, updated_at
FROM holds
WHERE released_at IS NULL
UNION ALL
SELECT m.company, m.lot_id, 4::smallint, NULL::uuid, NULL::text, NULL::uuid, m.recall_id, r.reason, r.exempt_location_ids,
       NULL::timestamptz, r.opened_by, m.joined_at, NOT r.drill, NULL::numeric(19, 6), NULL::text, false, 1::bigint, NULL::timestamptz
FROM recall_members m
JOIN recalls r ON r.company = m.company AND r.recall_id = m.recall_id AND r.state = 1
WHERE m.ended_at IS NULL;
