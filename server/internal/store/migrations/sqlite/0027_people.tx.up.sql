-- People who sign in by a provider of OpenID Connect have a row among the tokens: issuer
-- and subject say whose it is, and nobody knows its secret. Both are null for tokens. Its
-- twin for PostgreSQL has the same name.
ALTER TABLE tokens ADD COLUMN issuer TEXT;
ALTER TABLE tokens ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX tokens_person ON tokens (issuer, subject);
