"""The tables, as a list of migrations: a new entry for each change, never an edited one."""

# the lists' rows, of needs on record
FILL_LISTED = """
WITH
    pledges AS (
        SELECT i.need, s.value ->> 'line' AS line, sum(s.value ->> 'pledged') AS pledged
        FROM invitations i, json_each(i.doc, '$.shares') s GROUP BY 1, 2
    ),
    parts AS (
        SELECT n.id AS need, l.value ->> 'quantity' AS quantity, coalesce(p.pledged, 0) AS pledged,
            CAST(strftime('%s', l.value ->> 'due') AS INTEGER) * 1000000 AS due
        FROM needs n, json_each(n.doc, '$.lines') l
        LEFT JOIN pledges p ON p.need = n.id AND p.line = l.value ->> 'number'
    ),
    sums AS (
        SELECT need, 100 * count(*) FILTER (WHERE quantity > 0) AS needed,
            sum(CASE WHEN quantity <= 0 THEN 0 WHEN pledged >= quantity THEN 100 WHEN pledged > 0
                THEN max(1, 100 * pledged / quantity) ELSE 0 END) AS covered,
            min(due) FILTER (WHERE pledged < quantity) AS missing_at
        FROM parts GROUP BY need
    ),
    promises AS (
        SELECT i.need, i.responder, CAST(strftime('%s', coalesce(i.doc ->> 'chased_at', max(
            coalesce(s.value ->> 'ready_by', n.doc ->> ('$.lines[' || ((s.value ->> 'line') - 1) || '].due'))
        ))) AS INTEGER) * 1000000 AS word_at
        FROM invitations i JOIN needs n ON n.id = i.need AND n.status <> 'closed', json_each(i.doc, '$.shares') s
        WHERE i.doc ->> 'status' IN ('accepted', 'in-progress') AND s.value ->> 'pledged' > 0 GROUP BY i.id
    ),
    words AS (SELECT need, responder, min(word_at) AS word_at FROM promises GROUP BY need)
    INSERT INTO listed SELECT n.id,
        CASE WHEN n.status = 'closed' THEN 3 WHEN s.missing_at IS NOT NULL THEN 0 WHEN w.need IS NOT NULL THEN 1
            ELSE 2 END,
        CASE WHEN n.status = 'closed'
            THEN -coalesce(CAST(strftime('%s', n.doc ->> 'closed_at') AS INTEGER) * 1000000, n.needed_by)
            ELSE coalesce(s.missing_at, w.word_at, n.needed_by) END,
        n.status, n.category, n.area, n.needed_by, n.incident, n.exercise,
        EXISTS (SELECT 1 FROM tasks t WHERE t.need = n.id
            AND (t.status = 'open' OR t.status = 'taken' AND n.status <> 'closed')),
        s.needed, s.covered, w.word_at, w.responder
    FROM needs n JOIN sums s ON s.need = n.id LEFT JOIN words w ON w.need = n.id;
"""

# how much is promised weighs each part alike
FILL_LISTED_ANEW = f"DELETE FROM listed;{FILL_LISTED}"  # noqa: S608 - both are ours

# what lists and figures are read by
LISTS = (
    """
CREATE TABLE listed (
    need TEXT NOT NULL, band INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, category TEXT NOT NULL,
    area TEXT NOT NULL, needed_by INTEGER NOT NULL, incident TEXT, exercise INTEGER NOT NULL, officer INTEGER NOT NULL,
    needed INTEGER NOT NULL, covered INTEGER NOT NULL, word_at INTEGER, word_from TEXT, PRIMARY KEY (band, at, need)
) STRICT, WITHOUT ROWID;
"""
    + FILL_LISTED
    + """CREATE UNIQUE INDEX listed_by_need ON listed (need);
CREATE INDEX listed_by_status ON listed (status);
CREATE INDEX listed_by_category ON listed (category);
CREATE INDEX listed_by_incident ON listed (incident) WHERE incident IS NOT NULL;
CREATE INDEX listed_with_officer ON listed (officer) WHERE officer;
CREATE INDEX listed_by_word ON listed (word_at) WHERE word_at IS NOT NULL;
CREATE INDEX tasks_by_officer ON tasks (officer, status);

ALTER TABLE responders ADD COLUMN put_at INTEGER;
ALTER TABLE responders ADD COLUMN paused_until TEXT GENERATED ALWAYS AS (json_extract(doc, '$.paused_until')) VIRTUAL;
CREATE INDEX responders_by_name ON responders (name COLLATE NOCASE, id, sector, paused_until, put_at)
"""
)

# who may sign in, who has, and keys of the API
SIGN_IN = """
CREATE TABLE accounts (
    officer TEXT PRIMARY KEY, password TEXT, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER,
    link TEXT UNIQUE, link_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE networks (
    officer TEXT NOT NULL, network TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER,
    seen_at INTEGER NOT NULL, PRIMARY KEY (officer, network)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
    hash TEXT PRIMARY KEY, state TEXT NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, until INTEGER NOT NULL,
    next TEXT NOT NULL, link TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE identities (
    issuer TEXT NOT NULL, subject TEXT NOT NULL, officer TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, officer TEXT NOT NULL, how TEXT NOT NULL,
    began_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_officer ON sessions (officer);
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, rights TEXT NOT NULL, made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL, used_at INTEGER, revoked_at INTEGER
) STRICT, WITHOUT ROWID;
ALTER TABLE needs ADD COLUMN key_digest TEXT;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    about TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT
"""

# who looked at what is private, what is kept for how long; `(erased)` is what domain/forgetting.py writes
PRIVACY = """
ALTER TABLE needs ADD COLUMN closed_second INTEGER
    GENERATED ALWAYS AS (CAST(strftime('%s', json_extract(doc, '$.closed_at')) AS INTEGER)) VIRTUAL;
ALTER TABLE needs ADD COLUMN kept INTEGER GENERATED ALWAYS AS (json_extract(doc, '$.kept_since') IS NOT NULL) VIRTUAL;
CREATE INDEX needs_by_closing ON needs (closed_second) WHERE closed_second IS NOT NULL;
CREATE TABLE periods (class TEXT PRIMARY KEY, length TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX needs_saying ON needs (closed_second)
    WHERE closed_second IS NOT NULL AND json_extract(doc, '$.summary') <> '(erased)';
CREATE INDEX messages_with_words ON messages (changed_at) WHERE coalesce(frozen, provider_id, why) IS NOT NULL;
CREATE INDEX tokens_by_need ON tokens (need) WHERE need IS NOT NULL;
CREATE INDEX resident_keys_by_need ON resident_keys (need);
CREATE INDEX audit_by_subject ON audit (about)
"""

# figures that were counted, for some minutes
FIGURES = """
CREATE TABLE figures (
    name TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, counted TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""

MIGRATIONS = (
    """
    CREATE TABLE needs (
        id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, outcome TEXT, category TEXT NOT NULL,
        area TEXT NOT NULL, needed_by INTEGER NOT NULL, opened_at INTEGER NOT NULL, wake_at INTEGER,
        failures INTEGER NOT NULL DEFAULT 0, key TEXT UNIQUE, doc TEXT NOT NULL
    ) STRICT;
    CREATE INDEX needs_by_alarm ON needs (wake_at) WHERE wake_at IS NOT NULL;
    CREATE INDEX needs_by_age ON needs (opened_at);
    CREATE INDEX needs_without_alarm ON needs (id) WHERE status <> 'closed' AND wake_at IS NULL;

    CREATE TABLE residents (need TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
    CREATE TABLE notes (id TEXT PRIMARY KEY, need TEXT NOT NULL, words TEXT NOT NULL) STRICT;
    CREATE INDEX notes_by_need ON notes (need);

    CREATE TABLE invitations (
        id TEXT PRIMARY KEY, need TEXT NOT NULL, responder TEXT NOT NULL, doc TEXT NOT NULL
    ) STRICT;
    CREATE INDEX invitations_by_need ON invitations (need);
    CREATE INDEX invitations_by_responder ON invitations (responder);

    CREATE TABLE events (
        need TEXT NOT NULL, seq INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (need, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tasks (
        id TEXT PRIMARY KEY, need TEXT NOT NULL, status TEXT NOT NULL, officer TEXT, doc TEXT NOT NULL
    ) STRICT;
    CREATE INDEX tasks_by_need ON tasks (need);
    CREATE INDEX tasks_without_officer ON tasks (need) WHERE officer IS NULL;

    CREATE TABLE tokens (
        hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, target TEXT NOT NULL, need TEXT
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE responders (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, sector TEXT NOT NULL, lat REAL, lon REAL, has_areas INTEGER NOT NULL,
        contacts INTEGER NOT NULL, weekly_limit INTEGER, doc TEXT NOT NULL
    ) STRICT;
    CREATE TABLE capabilities (
        code TEXT NOT NULL, responder TEXT NOT NULL, PRIMARY KEY (code, responder)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX capabilities_by_responder ON capabilities (responder);
    CREATE TABLE contacts (responder TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT;
    CREATE TABLE mutes (
        responder TEXT NOT NULL, category TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (responder, category)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ledger (
        responder TEXT NOT NULL, week TEXT NOT NULL, taken INTEGER NOT NULL, PRIMARY KEY (responder, week)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE officers (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, doc TEXT NOT NULL
    ) STRICT;

    CREATE TABLE messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, need TEXT NOT NULL, recipient TEXT NOT NULL,
        urgent INTEGER NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
        refusals INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0,
        not_before INTEGER NOT NULL, changed_at INTEGER NOT NULL, doc TEXT NOT NULL,
        frozen TEXT, provider_id TEXT, why TEXT
    ) STRICT;
    CREATE INDEX messages_waiting ON messages (urgent, seq) WHERE state IN ('pending', 'unknown');
    CREATE INDEX messages_sending ON messages (fence) WHERE state = 'sending';
    CREATE INDEX messages_by_state ON messages (state);
    CREATE INDEX messages_by_need ON messages (need, recipient, seq);

    CREATE TABLE leases (
        name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL, until INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE marks (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
    """,
    """
    ALTER TABLE needs ADD COLUMN incident TEXT;
    ALTER TABLE needs ADD COLUMN exercise INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE needs ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX needs_by_incident ON needs (incident) WHERE incident IS NOT NULL;

    CREATE TABLE incidents (
        id TEXT PRIMARY KEY, opened_at INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0, doc TEXT NOT NULL
    ) STRICT;
    CREATE TABLE resident_keys (
        key TEXT NOT NULL, need TEXT NOT NULL, opened_at INTEGER NOT NULL, PRIMARY KEY (key, opened_at, need)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE able (
        code TEXT NOT NULL, responder TEXT NOT NULL, sector TEXT NOT NULL, lat REAL, lon REAL,
        has_areas INTEGER NOT NULL, contacts INTEGER NOT NULL, weekly_limit INTEGER, PRIMARY KEY (code, responder)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX able_by_place ON able (code, lat, lon, sector, has_areas, contacts, weekly_limit);
    CREATE INDEX able_by_responder ON able (responder);
    INSERT INTO able SELECT c.code, r.id, r.sector, r.lat, r.lon, r.has_areas, r.contacts, r.weekly_limit
        FROM capabilities c JOIN responders r ON r.id = c.responder;
    DROP TABLE capabilities;
    CREATE TABLE heard (
        responder TEXT PRIMARY KEY, asked INTEGER NOT NULL, yes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE heard_of_sectors (
        sector TEXT PRIMARY KEY, asked INTEGER NOT NULL, yes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE apart (
        key TEXT NOT NULL, responder TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (key, responder)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE postcodes (
        postcode TEXT PRIMARY KEY, lat REAL NOT NULL, lon REAL NOT NULL, ward TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE wards (code TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;

    ALTER TABLE messages ADD COLUMN kind TEXT GENERATED ALWAYS AS (json_extract(doc, '$.kind')) VIRTUAL;
    ALTER TABLE messages ADD COLUMN contact INTEGER GENERATED ALWAYS AS (json_extract(doc, '$.contact')) VIRTUAL;
    ALTER TABLE messages ADD COLUMN channel TEXT
        GENERATED ALWAYS AS (coalesce(json_extract(doc, '$.channel'), 'email')) VIRTUAL;
    ALTER TABLE messages ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN carrier TEXT;
    DROP INDEX messages_waiting;
    CREATE INDEX messages_waiting ON messages (channel, urgent, not_before) WHERE state IN ('pending', 'unknown');
    CREATE INDEX messages_gathering ON messages (recipient, contact) WHERE waits AND state = 'pending';
    CREATE INDEX messages_to ON messages (recipient, contact, kind);
    CREATE INDEX messages_carried ON messages (carrier) WHERE carrier IS NOT NULL;

    CREATE INDEX tasks_by_status ON tasks (status);
    """,
    LISTS,
    SIGN_IN,
    PRIVACY,
    FIGURES,
    FILL_LISTED_ANEW,
)
