-- What somebody has to look at: how often since when, and the last time. Facts raise and end them.
CREATE TABLE alarm (
    kind    TEXT NOT NULL,
    -- phone:1000, trunk:carrier; empty: of the whole branch
    subject TEXT NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
