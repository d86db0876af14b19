-- What headquarters keeps of its branches. Every key starts with (tenant, box). Times are ms UTC; ids are 16 bytes.

-- A box, how far its journal is applied here, and how its link is.
CREATE TABLE box (
    tenant          TEXT    NOT NULL,
    box             TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    epoch           INTEGER NOT NULL,
    applied_seq     INTEGER NOT NULL,
    applied_hash    BLOB    NOT NULL,
    safe_seq        INTEGER NOT NULL,
    -- what the box says of its own journal
    head_seq        INTEGER NOT NULL,
    boot            BLOB,
    boot_before     BLOB,
    version         TEXT    NOT NULL,
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    -- when the last applied fact happened, by the box's clock
    fact_utc        INTEGER,
    clock_offset_ms INTEGER NOT NULL,
    dead_letters    INTEGER NOT NULL DEFAULT 0,
    link_up         INTEGER NOT NULL,
    link_changed    INTEGER NOT NULL,
    last_error      TEXT,
    last_error_utc  INTEGER,
    PRIMARY KEY (tenant, box)
) STRICT, WITHOUT ROWID;

-- Facts as they came, byte for byte. A seq stands either here or in dead_letter.
CREATE TABLE journal (
    tenant  TEXT    NOT NULL,
    box     TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    utc     INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    subject TEXT,
    bytes   BLOB    NOT NULL,
    -- the chain's hash behind this fact
    hash    BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, seq, epoch)
) STRICT;

-- Facts that could not be applied. The cursor has moved on.
CREATE TABLE dead_letter (
    tenant   TEXT    NOT NULL,
    box      TEXT    NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    received INTEGER NOT NULL,
    why      TEXT    NOT NULL,
    bytes    BLOB    NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, seq, epoch)
) STRICT;

CREATE TABLE call (
    tenant        TEXT    NOT NULL,
    box           TEXT    NOT NULL,
    call          BLOB    NOT NULL,
    direction     TEXT    NOT NULL,
    purpose       TEXT    NOT NULL,
    extension     TEXT,
    other         TEXT,
    trunk         TEXT,
    party         BLOB,
    customer      BLOB,
    started       INTEGER NOT NULL,
    first_attempt INTEGER,
    pdd_ms        INTEGER,
    answered      INTEGER,
    ended         INTEGER,
    result        TEXT,
    sip           INTEGER,
    q850          INTEGER,
    released_by   TEXT,
    ring_ms       INTEGER NOT NULL DEFAULT 0,
    talk_ms       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, box, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_by_time            ON call (tenant, started, box, call);
CREATE INDEX call_by_box_time        ON call (tenant, box, started, call);
CREATE INDEX call_by_result_time     ON call (tenant, result, started, box, call);
CREATE INDEX call_by_box_result_time ON call (tenant, box, result, started, call);

-- Outside numbers. The sealed bytes are those of the fact; NULL: erased.
CREATE TABLE party (
    tenant TEXT NOT NULL,
    box    TEXT NOT NULL,
    party  BLOB NOT NULL,
    number BLOB,
    PRIMARY KEY (tenant, box, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
    tenant       TEXT    NOT NULL,
    box          TEXT    NOT NULL,
    customer     BLOB    NOT NULL,
    party        BLOB    NOT NULL,
    name         BLOB,
    number       BLOB,
    stage        TEXT    NOT NULL,
    batch        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    last_contact INTEGER,
    imported     INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_by_stage     ON customer (tenant, stage, box, customer);
CREATE INDEX customer_by_box_stage ON customer (tenant, box, stage, customer);

-- What there is to hear, and where; the sound stays on the appliance.
CREATE TABLE recording (
    tenant      TEXT    NOT NULL,
    box         TEXT    NOT NULL,
    recording   BLOB    NOT NULL,
    call        BLOB    NOT NULL,
    started     INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    segments    INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER NOT NULL DEFAULT 0,
    size_bytes  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, box, recording)
) STRICT, WITHOUT ROWID;
CREATE INDEX recording_by_time ON recording (tenant, started, box, recording);
CREATE INDEX recording_by_box_time ON recording (tenant, box, started, recording);

CREATE TABLE rollup_hour (
    tenant           TEXT    NOT NULL,
    box              TEXT    NOT NULL,
    bucket           INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    answered         INTEGER NOT NULL,
    talk_ms          INTEGER NOT NULL,
    inbound          INTEGER NOT NULL,
    inbound_answered INTEGER NOT NULL,
    inbound_talk_ms  INTEGER NOT NULL,
    blocked          INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_hour_by_bucket ON rollup_hour (tenant, bucket, box);

-- A day starts at midnight in China (UTC+8); bucket is that moment.
CREATE TABLE rollup_day (
    tenant           TEXT    NOT NULL,
    box              TEXT    NOT NULL,
    bucket           INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    answered         INTEGER NOT NULL,
    talk_ms          INTEGER NOT NULL,
    inbound          INTEGER NOT NULL,
    inbound_answered INTEGER NOT NULL,
    inbound_talk_ms  INTEGER NOT NULL,
    blocked          INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_day_by_bucket ON rollup_day (tenant, bucket, box);

-- The last days of each box's metrics, as they came.
CREATE TABLE box_metrics (
    tenant   TEXT    NOT NULL,
    box      TEXT    NOT NULL,
    received INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, received)
) STRICT, WITHOUT ROWID;

-- People at headquarters.
CREATE TABLE hq_user (
    tenant        TEXT    NOT NULL,
    user          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created       INTEGER NOT NULL,
    changed       INTEGER NOT NULL,
    locked_until  INTEGER,
    PRIMARY KEY (tenant, user)
) STRICT, WITHOUT ROWID;

-- Who did what at headquarters. Only appended to.
CREATE TABLE hq_audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  TEXT    NOT NULL,
    utc     INTEGER NOT NULL,
    user    TEXT,
    what    TEXT    NOT NULL,
    from_ip TEXT
) STRICT;
CREATE INDEX hq_audit_by_time ON hq_audit (tenant, utc, id);
