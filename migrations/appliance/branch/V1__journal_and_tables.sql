-- The journal: what happened, in one order, chained. The bytes are the truth; the other columns are for searching.
CREATE TABLE journal (
    seq     INTEGER PRIMARY KEY,
    utc     INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    person  TEXT,              -- user:… or console, where a person did it
    subject TEXT,
    bytes   BLOB NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE INDEX journal_by_utc ON journal (utc);
CREATE INDEX journal_by_kind ON journal (kind, seq);
CREATE INDEX journal_by_person ON journal (person, seq) WHERE person IS NOT NULL;
CREATE INDEX journal_by_subject ON journal (subject, seq) WHERE subject IS NOT NULL;

-- What stands now. Every table below moves only by facts, in the transaction that appends them;
-- the exceptions are named.

CREATE TABLE party (
    id     BLOB PRIMARY KEY,
    blind  BLOB UNIQUE,        -- HMAC of the number; NULL once erased
    number BLOB NOT NULL,      -- sealed
    met    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
    id           BLOB PRIMARY KEY,
    party        BLOB NOT NULL REFERENCES party (id),
    name         BLOB NOT NULL, -- sealed
    stage        TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    last_contact INTEGER,
    batch        TEXT NOT NULL,
    imported     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX customer_by_party ON customer (party);
CREATE INDEX customer_by_stage ON customer (stage, id);

CREATE TABLE call (
    id              BLOB PRIMARY KEY,
    direction       TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    extension       TEXT,
    other_extension TEXT,
    trunk           TEXT,
    party           BLOB,
    customer        BLOB,
    started         INTEGER NOT NULL,
    ringing         INTEGER,
    answered        INTEGER,
    ended           INTEGER,
    one_way         INTEGER NOT NULL DEFAULT 0,
    result          TEXT,
    sip             INTEGER,
    q850            INTEGER,
    released_by     TEXT,
    ring_ms         INTEGER,
    talk_ms         INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX call_by_start ON call (started);
CREATE INDEX call_by_customer ON call (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX call_by_extension ON call (extension, id) WHERE extension IS NOT NULL;
CREATE INDEX call_by_other_extension ON call (other_extension, id) WHERE other_extension IS NOT NULL;
CREATE INDEX call_open ON call (id) WHERE ended IS NULL;

CREATE TABLE attempt (
    id      BLOB PRIMARY KEY,
    call    BLOB NOT NULL,
    trunk   TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended   INTEGER,
    result  TEXT,
    sip     INTEGER,
    q850    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_by_call ON attempt (call);
CREATE INDEX attempt_open ON attempt (id) WHERE ended IS NULL;

CREATE TABLE recording (
    id              BLOB PRIMARY KEY,
    call            BLOB NOT NULL,
    party           BLOB,
    customer        BLOB,
    extension       TEXT,
    other_extension TEXT,
    started         INTEGER NOT NULL,
    state           TEXT NOT NULL, -- open, closed, cut, failed
    segments        INTEGER,
    last_tag        BLOB,
    duration_ms     INTEGER,
    bytes           INTEGER,
    lost_frames     INTEGER NOT NULL DEFAULT 0,
    code            TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX recording_by_call ON recording (call, id);
CREATE INDEX recording_by_customer ON recording (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX recording_by_extension ON recording (extension, id) WHERE extension IS NOT NULL;
CREATE INDEX recording_by_other_extension ON recording (other_extension, id) WHERE other_extension IS NOT NULL;
CREATE INDEX recording_open ON recording (id) WHERE state = 'open';

CREATE TABLE phone (
    extension TEXT PRIMARY KEY,
    label     TEXT NOT NULL,
    password  BLOB NOT NULL    -- sealed by the box key
) STRICT, WITHOUT ROWID;

-- Where phones are. A changed binding is a fact; a refresh moves `contact` and `expires` without one.
CREATE TABLE phone_binding (
    extension  TEXT NOT NULL,
    source     TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    bound      INTEGER NOT NULL,
    contact    TEXT,
    expires    INTEGER,
    PRIMARY KEY (extension, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE trunk (
    name      TEXT PRIMARY KEY,
    plan      BLOB NOT NULL,   -- CBOR of TrunkPlan
    reachable INTEGER,
    code      INTEGER,
    seen      INTEGER          -- when `reachable` changed
) STRICT, WITHOUT ROWID;

CREATE TABLE dial_rule (
    position INTEGER PRIMARY KEY,
    rule     BLOB NOT NULL     -- CBOR of DialRule
) STRICT;

CREATE TABLE policy (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    profile TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE user (
    name          TEXT PRIMARY KEY,
    role          TEXT NOT NULL,
    extension     TEXT,
    password_hash BLOB NOT NULL, -- sealed by the box key
    created       INTEGER NOT NULL,
    signed_in     INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0, -- since the last sign-in
    locked_until  INTEGER
) STRICT, WITHOUT ROWID;

-- Refusals of contact outlive erasure: they know the blind index only.
CREATE TABLE dnc (
    blind  BLOB PRIMARY KEY,
    reason TEXT NOT NULL,
    added  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Dialogs that a restart would have to end. Not moved by facts; sealed by the box key, because they hold numbers.
CREATE TABLE dialog (
    boot   BLOB NOT NULL,
    leg    INTEGER NOT NULL,
    record BLOB NOT NULL,
    opened INTEGER NOT NULL,
    PRIMARY KEY (boot, leg)
) STRICT, WITHOUT ROWID;

-- How far the cloud is. Not moved by facts.
CREATE TABLE link_cursor (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    hash    BLOB NOT NULL,
    safe    INTEGER NOT NULL
) STRICT;
