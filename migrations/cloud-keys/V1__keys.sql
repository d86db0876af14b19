-- Keys of persons that branches let headquarters read, wrapped by a generation key of their box. A file of its own:
-- never part of a backup of the data.
CREATE TABLE party_key (
    box        TEXT    NOT NULL,
    party      BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    PRIMARY KEY (box, party)
) STRICT, WITHOUT ROWID;

-- Persons that were erased: an offer that comes late, or comes again, is not taken.
CREATE TABLE erased (
    box   TEXT NOT NULL,
    party BLOB NOT NULL,
    PRIMARY KEY (box, party)
) STRICT, WITHOUT ROWID;

-- Boxes whose present generation must be destroyed.
CREATE TABLE doomed (
    box        TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (box, generation)
) STRICT, WITHOUT ROWID;
