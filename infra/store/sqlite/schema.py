"""The tables, as a list of migrations: a new entry for each change, never an edited one."""

# what lists and figures are read by
LISTS = """
"""

# who may sign in, who has, and keys of the API
SIGN_IN = """
"""

# who looked at what is private, what is kept for how long
PRIVACY = """
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
)
