-- About how long a running audit still takes. Its twin for SQLite has the same name.
ALTER TABLE audits ADD COLUMN seconds_left integer
  CONSTRAINT "atalaya: seconds_left is 0 or more" CHECK (seconds_left >= 0);
