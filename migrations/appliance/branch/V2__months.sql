-- Closed months: ranges of seq that lie in files of their own (journal-2026-11.db) once the hot file has let them go.
-- Moved by `checkpoint` and `month_pruned`; no part of the state hash, because it says where facts lie, not what stands.
CREATE TABLE month (
    label      TEXT PRIMARY KEY,  -- 2026-11
    first      INTEGER NOT NULL UNIQUE,
    last       INTEGER NOT NULL UNIQUE,
    hash       BLOB NOT NULL,     -- the chain behind `last`
    state_hash BLOB NOT NULL,     -- of the tables behind `last`
    utc_first  INTEGER NOT NULL,  -- the earliest time that a fact of it carries
    utc_last   INTEGER NOT NULL,
    pruned     INTEGER            -- when it was let go for good
) STRICT, WITHOUT ROWID;

-- A restored backup that headquarters was not greeted with yet. Not moved by facts.
CREATE TABLE restored (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,        -- the last fact of the backup
    hash BLOB NOT NULL,
    made INTEGER NOT NULL         -- when the backup was made
) STRICT;
