-- Persons that were erased. Nothing personal stands here.
CREATE TABLE erasure (
    party    BLOB PRIMARY KEY,
    customer BLOB,
    asked    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which copy has confirmed that nothing is left in it, and since when.
CREATE TABLE erasure_copy (
    party BLOB NOT NULL,
    copy  TEXT NOT NULL,
    gone  INTEGER NOT NULL,
    PRIMARY KEY (party, copy)
) STRICT, WITHOUT ROWID;

-- A recording's state may be 'erasing', too: its person was erased; and 'erased': its container is off the disk.
CREATE INDEX recording_by_party ON recording (party, id) WHERE party IS NOT NULL;
CREATE INDEX recording_erasing ON recording (id) WHERE state = 'erasing';

-- What headquarters may see of personal values: never, masked, clear.
CREATE TABLE field_policy (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    name   TEXT NOT NULL,
    number TEXT NOT NULL
) STRICT;

-- Parties whose key headquarters is to be offered, or told to be gone, in this order. The key itself is wrapped
-- when the offer leaves, and is kept nowhere. Counted from 1 without a hole; moved by facts alone.
CREATE TABLE key_offer (
    n     INTEGER PRIMARY KEY AUTOINCREMENT,
    party BLOB NOT NULL
) STRICT;
