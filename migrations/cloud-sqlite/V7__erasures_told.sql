-- Receipts of headquarters' copies that a branch was told, by the directive that said it, and in which epoch: a branch
-- that came back from a backup is told again.
CREATE TABLE erasure_told (
    tenant TEXT    NOT NULL,
    box    TEXT    NOT NULL,
    party  BLOB    NOT NULL,
    copy   TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, party, copy)
) STRICT, WITHOUT ROWID;

-- The epoch in which a branch was last told everybody who is erased.
ALTER TABLE inbox ADD COLUMN erased_epoch INTEGER NOT NULL DEFAULT 1;
