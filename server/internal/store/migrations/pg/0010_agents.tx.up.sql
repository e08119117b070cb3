-- Whether an audit may ask in the name of AI agents. Its twin for SQLite has the same name.
ALTER TABLE audits ADD COLUMN skip_ai_agents boolean NOT NULL DEFAULT false;
