-- The password of a trunk that the gateway registers at, sealed with the box's key.
ALTER TABLE trunk ADD COLUMN password BLOB;
