-- Whether an audit may ask in the name of AI agents. Its twin for PostgreSQL has the same
-- name.
ALTER TABLE audits ADD COLUMN skip_ai_agents INTEGER NOT NULL DEFAULT 0
  CONSTRAINT "atalaya: skip_ai_agents is 0 or 1" CHECK (skip_ai_agents IN (0, 1));
