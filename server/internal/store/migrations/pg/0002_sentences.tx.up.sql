-- The keys of what the engine says: message_key with message_args is message, and
-- error_key with error_args is error_message, in any language. The parameters are
-- a JSON list of strings. Its twin for SQLite has the same name.
ALTER TABLE audits
  ADD COLUMN message_key text
    CONSTRAINT "atalaya: message_key is 1 to 64 of a-z 0-9 _ . -" CHECK (message_key ~ '^[a-z0-9_.-]{1,64}$'),
  ADD COLUMN message_args text
    CONSTRAINT "atalaya: message_args has at most 8192 bytes" CHECK (octet_length(message_args) <= 8192),
  ADD COLUMN error_key text
    CONSTRAINT "atalaya: error_key is 1 to 64 of a-z 0-9 _ . -" CHECK (error_key ~ '^[a-z0-9_.-]{1,64}$'),
  ADD COLUMN error_args text
    CONSTRAINT "atalaya: error_args has at most 8192 bytes" CHECK (octet_length(error_args) <= 8192);
