-- The indexes by which the trail is read, the newest line first: all of it, what one did, what
-- was done, and both. Its twin for PostgreSQL has the same name.
CREATE INDEX trail_newest ON trail (at, id);
CREATE INDEX trail_who ON trail (who, at, id);
CREATE INDEX trail_action ON trail (action, at, id);
CREATE INDEX trail_who_action ON trail (who, action, at, id);
DROP INDEX trail_at;
