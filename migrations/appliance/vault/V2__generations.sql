-- Generations whose key is to be destroyed as soon as no row is wrapped by it.
CREATE TABLE doomed (
    generation INTEGER PRIMARY KEY
) STRICT;

-- Parties whose rows were deleted, and the newest generation by which they can have been wrapped:
-- with that one's key destroyed, no copy of the vault opens them.
CREATE TABLE erased (
    party      BLOB PRIMARY KEY,
    generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
