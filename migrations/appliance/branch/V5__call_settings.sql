-- What becomes of calls to a phone or a group; `forwards` is sealed by the box key.
CREATE TABLE call_handling (
    extension      TEXT PRIMARY KEY,
    do_not_disturb INTEGER NOT NULL,
    call_waiting   INTEGER NOT NULL,
    no_answer_s    INTEGER NOT NULL,
    forwards       BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One number that rings several phones; `plan` as CBOR.
CREATE TABLE hunt_group (
    number TEXT PRIMARY KEY,
    plan   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
