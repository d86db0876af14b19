-- What headquarters wants: the signed bytes as they came, in their order. Not moved by facts; each one's receipt is a fact.
CREATE TABLE directive (
    seq      INTEGER PRIMARY KEY,
    received INTEGER NOT NULL,
    bytes    BLOB NOT NULL
) STRICT;

-- Commands of headquarters: written before they run, so that none runs twice. Not moved by facts.
CREATE TABLE box_command (
    id     BLOB PRIMARY KEY,
    begun  INTEGER NOT NULL,
    code   TEXT,               -- NULL while it runs
    detail TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Refusals of contact known across the branches: the tenant's blind index only.
CREATE TABLE tenant_dnc (
    blind  BLOB PRIMARY KEY,
    reason TEXT NOT NULL,
    added  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
