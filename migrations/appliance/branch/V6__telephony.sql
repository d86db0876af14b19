-- Trunks that the gateway registers at: the password, sealed with the box's key, and how the registration stands.
ALTER TABLE trunk ADD COLUMN password BLOB;
ALTER TABLE trunk ADD COLUMN registered INTEGER;

-- Numbers of our own and whom their calls are for, in their order.
CREATE TABLE did (
    position INTEGER PRIMARY KEY,
    did      BLOB NOT NULL
) STRICT;

-- Sources that are not heard for a while; the machine begins each run without any.
CREATE TABLE ban (
    source TEXT PRIMARY KEY,
    port   INTEGER,
    why    TEXT NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

-- Kinds of destinations that calls may go to, by their codes; without a row, the usual ones.
CREATE TABLE open_destination (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    open TEXT NOT NULL
) STRICT;
