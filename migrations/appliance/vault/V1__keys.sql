-- Wrapped keys. To forget a person is to delete the party's row and to destroy the generation it was wrapped by.
CREATE TABLE party_key (
    party      BLOB PRIMARY KEY,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    wrapped    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recording_key (
    recording   BLOB PRIMARY KEY,
    party       BLOB,           -- NULL: wrapped by the box key
    key_version INTEGER NOT NULL,
    wrapped     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recording_key_by_party ON recording_key (party) WHERE party IS NOT NULL;
