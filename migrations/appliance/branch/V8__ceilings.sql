-- What phones, trunks and the branch may spend; without a row, the usual.
CREATE TABLE ceiling (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    ceilings BLOB NOT NULL
) STRICT;

-- What kind of number a try is for: what today's calls have cost is known again after a restart.
ALTER TABLE attempt ADD COLUMN destination TEXT;
