-- How far each box's offers are kept here, in the link's own count of one epoch. It lies beside the keys, so that a key
-- file that comes back from a backup, or is made anew, says itself what has to be offered again.
CREATE TABLE offered (
    box   TEXT    NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    upto  INTEGER NOT NULL,
    last  BLOB
) STRICT, WITHOUT ROWID;
