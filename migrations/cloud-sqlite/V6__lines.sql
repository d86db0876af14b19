-- A box's line: the one history that counts. Where it parted, where it has a hole, who claimed to be the same box.

-- The seq behind which the present epoch began.
ALTER TABLE box ADD COLUMN epoch_from INTEGER NOT NULL DEFAULT 0;
-- How often the run before the present one seemed to come back.
ALTER TABLE box ADD COLUMN suspected INTEGER NOT NULL DEFAULT 0;
-- Two copies are alive: nothing is taken of either until a person has chosen one.
ALTER TABLE box ADD COLUMN quarantined INTEGER NOT NULL DEFAULT 0;
-- Facts that wait as bytes until this headquarters can read them.
ALTER TABLE box ADD COLUMN raw INTEGER NOT NULL DEFAULT 0;

-- What broke a line. It stays open, and is shown, until a person closes it.
CREATE TABLE line_break (
    tenant    TEXT    NOT NULL,
    box       TEXT    NOT NULL,
    id        INTEGER NOT NULL,
    -- old_tail, gap, copied
    kind      TEXT    NOT NULL,
    noted     INTEGER NOT NULL,
    epoch     INTEGER NOT NULL,
    -- the facts that it is about; none for a copy
    first     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    -- the chain behind a gap: the line goes on from there
    hash      BLOB,
    -- the runs of a copied box
    run       BLOB,
    other_run BLOB,
    closed    INTEGER,
    closed_by TEXT,
    reason    TEXT,
    PRIMARY KEY (tenant, box, id)
) STRICT, WITHOUT ROWID;

-- Facts of an old tail, byte for byte: kept, shown, counted no more.
CREATE TABLE old_fact (
    tenant TEXT    NOT NULL,
    box    TEXT    NOT NULL,
    break  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    epoch  INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, break, seq)
) STRICT;

-- Facts of a schema that cannot be read here, and all that came behind them, in their order.
CREATE TABLE raw_fact (
    tenant   TEXT    NOT NULL,
    box      TEXT    NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    schema   INTEGER NOT NULL,
    received INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (tenant, box, seq, epoch)
) STRICT;
