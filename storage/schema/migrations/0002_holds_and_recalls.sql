-- Holds and recalls. What 0001 says of every table holds here too.
-- Hold causes: 1 the lot, 2 what of it is at a place, 3 inherited from what it was made of, 4 an open recall (HoldCause in storage/model.h).

-- Holds that somebody placed, and those that a posting passed on. A row is written once and released once.
CREATE TABLE holds (
  company             text COLLATE "C" NOT NULL,
  hold_id             uuid NOT NULL,
  lot_id              uuid NOT NULL,
  cause               smallint NOT NULL,
  location_id         text COLLATE "C",
  -- Of an inherited hold: what the lot was made of.
  source_lot_id       uuid,
  reason              text NOT NULL,
  exempt_location_ids text[] COLLATE "C" NOT NULL,
  expires_at          timestamptz,
  placed_by           text NOT NULL,
  placed_at           timestamptz NOT NULL,
  released_by         text,
  released_at         timestamptz,
  release_note        text,
  entry_id            uuid,
  release_entry_id    uuid,
  CONSTRAINT holds_pkey PRIMARY KEY (company, hold_id),
  CONSTRAINT holds_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT holds_location_fkey FOREIGN KEY (company, location_id) REFERENCES locations (company, location_id),
  CONSTRAINT holds_cause_known CHECK (cause IN (1, 2, 3)),
  CONSTRAINT holds_place_has_location CHECK ((cause = 2) = (location_id IS NOT NULL)),
  CONSTRAINT holds_inherited_has_source CHECK ((cause = 3) = (source_lot_id IS NOT NULL)),
  CONSTRAINT holds_released_whole CHECK ((released_at IS NULL) = (released_by IS NULL) AND (released_at IS NULL) = (release_note IS NULL))
);
-- Every movement asks for these; a lot without a hold costs one look at an index.
CREATE INDEX holds_standing ON holds (company, lot_id) WHERE released_at IS NULL;
CREATE INDEX holds_by_lot ON holds (company, lot_id, placed_at, hold_id);

CREATE TABLE recalls (
  company             text COLLATE "C" NOT NULL,
  recall_id           text COLLATE "C" NOT NULL,
  reason              text NOT NULL,
  state               smallint NOT NULL,
  drill               boolean NOT NULL,
  exempt_location_ids text[] COLLATE "C" NOT NULL,
  opened_by           text NOT NULL,
  opened_at           timestamptz NOT NULL,
  open_micros         bigint NOT NULL,
  closed_by           text,
  closed_at           timestamptz,
  closing_note        text,
  entry_id            uuid,
  close_entry_id      uuid,
  CONSTRAINT recalls_pkey PRIMARY KEY (company, recall_id),
  CONSTRAINT recalls_company_fkey FOREIGN KEY (company) REFERENCES companies (company),
  CONSTRAINT recalls_state_known CHECK (state IN (1, 2)),
  CONSTRAINT recalls_closed_whole CHECK ((state = 2) = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (closed_by IS NULL)
                                         AND (closed_at IS NULL) = (closing_note IS NULL))
);
CREATE INDEX recalls_by_opening ON recalls (company, opened_at DESC, recall_id DESC);

-- The affected lots. Rows are added with the recall, and by postings that make something of a member; what was possible may become certain.
CREATE TABLE recall_members (
  company           text COLLATE "C" NOT NULL,
  lot_id            uuid NOT NULL,
  recall_id         text COLLATE "C" NOT NULL,
  depth             integer NOT NULL,  -- 0: a seed
  certain           boolean NOT NULL,
  joined_at         timestamptz NOT NULL,
  -- Of a lot that was made later: by what.
  transformation_id uuid,
  -- By lot first: every movement asks whether its lot is a member.
  CONSTRAINT recall_members_pkey PRIMARY KEY (company, lot_id, recall_id),
  CONSTRAINT recall_members_lot_fkey FOREIGN KEY (company, lot_id) REFERENCES lots (company, lot_id),
  CONSTRAINT recall_members_recall_fkey FOREIGN KEY (company, recall_id) REFERENCES recalls (company, recall_id)
);
CREATE INDEX recall_members_by_recall ON recall_members (company, recall_id, depth, lot_id);

-- What a hold is, in one place: standing ones, and membership in open recalls. A hold has ended when expires_at has passed, which the reader
-- judges. Not binding: a drill's membership, which refuses nothing and is passed on like any other.
CREATE VIEW lot_holds AS
SELECT company, lot_id, cause, hold_id, location_id, source_lot_id, NULL::text AS recall_id, reason, exempt_location_ids,
       expires_at, placed_by, placed_at, true AS binding
FROM holds
WHERE released_at IS NULL
UNION ALL
SELECT m.company, m.lot_id, 4::smallint, NULL::uuid, NULL::text, NULL::uuid, m.recall_id, r.reason, r.exempt_location_ids,
       NULL::timestamptz, r.opened_by, m.joined_at, NOT r.drill
FROM recall_members m
JOIN recalls r ON r.company = m.company AND r.recall_id = m.recall_id AND r.state = 1;
