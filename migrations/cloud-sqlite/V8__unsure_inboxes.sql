-- This store came out of a backup and the branch has not said since what its inbox has: until it does, directives for it
-- get no numbers, since one number must never mean two things.
ALTER TABLE inbox ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1));
