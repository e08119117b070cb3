-- People who sign in by a provider of OpenID Connect have a row among the tokens: issuer
-- and subject say whose it is, and nobody knows its secret. Both are null for tokens. Its
-- twin for SQLite has the same name.
ALTER TABLE tokens ADD COLUMN issuer text;
ALTER TABLE tokens ADD COLUMN subject text;
CREATE UNIQUE INDEX tokens_person ON tokens (issuer, subject);
