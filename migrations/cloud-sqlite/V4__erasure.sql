-- Persons that a branch erased. Nothing personal stands here; what was, is NULL in the tables.
CREATE TABLE erasure (
    tenant   TEXT    NOT NULL,
    box      TEXT    NOT NULL,
    party    BLOB    NOT NULL,
    customer BLOB,
    asked    INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, party)
) STRICT, WITHOUT ROWID;

-- Which copy has confirmed, as the branch's facts say.
CREATE TABLE erasure_copy (
    tenant TEXT    NOT NULL,
    box    TEXT    NOT NULL,
    party  BLOB    NOT NULL,
    copy   TEXT    NOT NULL,
    gone   INTEGER NOT NULL,
    PRIMARY KEY (tenant, box, party, copy)
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_by_party ON customer (tenant, box, party);

-- What each branch lets headquarters see: never, masked, clear.
CREATE TABLE field_policy (
    tenant TEXT NOT NULL,
    box    TEXT NOT NULL,
    name   TEXT NOT NULL,
    number TEXT NOT NULL,
    PRIMARY KEY (tenant, box)
) STRICT, WITHOUT ROWID;
