-- Looking after what was kept: facts set aside are tried again, backups are remembered, deeds name what they were about.

-- What the deed was done to: a branch, a directive.
ALTER TABLE hq_audit ADD COLUMN about TEXT;

-- When somebody last tried to apply it again.
ALTER TABLE dead_letter ADD COLUMN tried INTEGER;

-- Backups of this database that were read back and found whole.
CREATE TABLE backup (
    tenant   TEXT    NOT NULL,
    taken    INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (tenant, taken)
) STRICT, WITHOUT ROWID;

-- This database was itself put back from a backup, which was of then.
CREATE TABLE restored (
    tenant   TEXT    NOT NULL,
    restored INTEGER NOT NULL,
    taken    INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    PRIMARY KEY (tenant, restored)
) STRICT, WITHOUT ROWID;
