-- A one-time code by which a box gets its identity. The code itself is kept by nobody.
CREATE TABLE enrolment (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant    TEXT    NOT NULL,
    box       TEXT    NOT NULL,
    -- join: a box comes (again); replace: a new machine takes the place of a lost one
    purpose   TEXT    NOT NULL,
    code_hash TEXT    NOT NULL,
    made      INTEGER NOT NULL,
    made_by   TEXT    NOT NULL,
    expires   INTEGER NOT NULL,
    tries     INTEGER NOT NULL DEFAULT 0,
    state     TEXT    NOT NULL,
    closed    INTEGER,
    -- who used it, or tried last
    from_ip   TEXT
) STRICT;
CREATE UNIQUE INDEX enrolment_open ON enrolment (tenant, box) WHERE state = 'open';
CREATE INDEX enrolment_by_id ON enrolment (tenant, id);
CREATE INDEX enrolment_by_box ON enrolment (tenant, box, id);

-- Every certificate of a box that was signed here or has been seen here.
CREATE TABLE box_certificate (
    tenant     TEXT    NOT NULL,
    box        TEXT    NOT NULL,
    serial     TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    connected  INTEGER,
    revoked    INTEGER,
    revoked_by TEXT,
    why        TEXT,
    PRIMARY KEY (tenant, box, serial)
) STRICT, WITHOUT ROWID;
