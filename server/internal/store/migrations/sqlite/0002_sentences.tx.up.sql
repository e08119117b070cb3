-- The keys of what the engine says: message_key with message_args is message, and
-- error_key with error_args is error_message, in any language. The parameters are
-- a JSON list of strings. Its twin for PostgreSQL has the same name.
ALTER TABLE audits ADD COLUMN message_key TEXT
  CONSTRAINT "atalaya: message_key is 1 to 64 of a-z 0-9 _ . -"
  CHECK (length(message_key) BETWEEN 1 AND 64 AND message_key NOT GLOB '*[^a-z0-9_.-]*');
ALTER TABLE audits ADD COLUMN message_args TEXT
  CONSTRAINT "atalaya: message_args has at most 8192 bytes" CHECK (length(CAST(message_args AS BLOB)) <= 8192);
ALTER TABLE audits ADD COLUMN error_key TEXT
  CONSTRAINT "atalaya: error_key is 1 to 64 of a-z 0-9 _ . -"
  CHECK (length(error_key) BETWEEN 1 AND 64 AND error_key NOT GLOB '*[^a-z0-9_.-]*');
ALTER TABLE audits ADD COLUMN error_args TEXT
  CONSTRAINT "atalaya: error_args has at most 8192 bytes" CHECK (length(CAST(error_args AS BLOB)) <= 8192);
