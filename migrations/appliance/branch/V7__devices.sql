-- Desk phones that are configured by the branch: whose number each has, and how often it was told.
CREATE TABLE device (
    mac        TEXT PRIMARY KEY,
    vendor     TEXT NOT NULL,
    model      TEXT NOT NULL,
    extension  TEXT NOT NULL,
    assigned   INTEGER NOT NULL,
    -- until then it may fetch its first configuration without a token
    open_until INTEGER NOT NULL,
    -- configurations that it was given
    serial     INTEGER NOT NULL DEFAULT 0,
    -- the last one: when, and to which address
    given      INTEGER,
    given_to   TEXT
) STRICT;

-- Made together with its device: the branch file does not remove it.
ALTER TABLE phone ADD COLUMN of_device INTEGER NOT NULL DEFAULT 0;
