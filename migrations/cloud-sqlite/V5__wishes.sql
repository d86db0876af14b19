-- What headquarters wants of its branches, and what came of it.

-- One line for each directive of a branch: seqs from 1 without a hole. The signed bytes stay what they are.
CREATE TABLE directive (
    tenant TEXT    NOT NULL,
    box    TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    issued INTEGER NOT NULL,
    -- NULL: the service itself, because the tenant's policy or its refusals of contact say so
    author TEXT,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, seq)
) STRICT;

-- What the branch's facts say of it. Follows from the journal.
CREATE TABLE directive_receipt (
    tenant  TEXT    NOT NULL,
    box     TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    utc     INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    code    TEXT    NOT NULL,
    PRIMARY KEY (tenant, box, seq)
) STRICT, WITHOUT ROWID;

-- How far a branch's inbox is filled, and which versions of what all branches are to have it was sent.
CREATE TABLE inbox (
    tenant         TEXT    NOT NULL,
    box            TEXT    NOT NULL,
    upto           INTEGER NOT NULL DEFAULT 0,
    policy_version INTEGER NOT NULL DEFAULT 0,
    dnc_version    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, box)
) STRICT, WITHOUT ROWID;

-- What headquarters may see of the branches' personal values; the newest version counts.
CREATE TABLE hq_policy (
    tenant  TEXT    NOT NULL,
    version INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    number  TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    -- NULL: the configuration file
    author  TEXT,
    PRIMARY KEY (tenant, version)
) STRICT, WITHOUT ROWID;

-- Refusals of contact as each one said them: a branch, or headquarters (''). Numbers stand by their blind index only.
CREATE TABLE dnc_said (
    tenant  TEXT    NOT NULL,
    number  BLOB    NOT NULL,
    author  TEXT    NOT NULL,
    refused INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    utc     INTEGER NOT NULL,
    PRIMARY KEY (tenant, number, author)
) STRICT, WITHOUT ROWID;

-- What follows from them for all: one refusal is enough.
CREATE TABLE dnc (
    tenant  TEXT    NOT NULL,
    number  BLOB    NOT NULL,
    refused INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    utc     INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dnc_by_version ON dnc (tenant, version);

-- What was asked of a branch once, and its answer.
CREATE TABLE command (
    tenant    TEXT    NOT NULL,
    box       TEXT    NOT NULL,
    command   BLOB    NOT NULL,
    kind      TEXT    NOT NULL,
    issued    INTEGER NOT NULL,
    author    TEXT    NOT NULL,
    not_after INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    code      TEXT,
    detail    TEXT,
    answered  INTEGER,
    PRIMARY KEY (tenant, box, command)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_by_time ON command (tenant, box, issued, command);
