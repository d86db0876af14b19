-- What phones, trunks and the branch may spend; without a row, the usual.
CREATE TABLE ceiling (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    ceilings BLOB NOT NULL
) STRICT;

-- What kind of number a try is for, and the phone that wanted it: what today's calls used is known again after a restart.
ALTER TABLE attempt ADD COLUMN destination TEXT;
ALTER TABLE attempt ADD COLUMN wanted_by TEXT;
