-- The triggers on SQLite. This is a template: migrations.go says what it may call.
--
-- Foreign workers write with other builds of SQLite, the sqlite3 shell for one:
-- only functions that each has, and only literal texts in RAISE.

DROP TRIGGER IF EXISTS audits_guard_insert;
DROP TRIGGER IF EXISTS audits_guard_update;
DROP TRIGGER IF EXISTS audits_touch_insert;
DROP TRIGGER IF EXISTS audits_touch_update;
DROP TRIGGER IF EXISTS audits_keep_update;
DROP TRIGGER IF EXISTS audits_erase_headers;
DROP TRIGGER IF EXISTS audits_bury;
DROP TRIGGER IF EXISTS audits_grams_insert;
DROP TRIGGER IF EXISTS audits_grams_update;
DROP TRIGGER IF EXISTS audits_grams_delete;

CREATE TRIGGER audits_guard_insert BEFORE INSERT ON audits
BEGIN
  SELECT CASE
    WHEN NEW.progress = 100 AND NEW.status <> 'completed' THEN
      RAISE(ABORT, 'atalaya: progress is 100 only when status is completed')
  END;
  -- For audits_touch_insert: whether there is a row that only REPLACE gets past. It
  -- would run no trigger of UPDATE or DELETE.
  UPDATE audits_clock SET met = (
    SELECT coalesce(max(CASE WHEN status IN ('completed', 'failed', 'cancelled') THEN 2 ELSE 1 END), 0)
    FROM audits WHERE id = NEW.id OR idempotency_key = NEW.idempotency_key);
END;

-- Refuses what would make a reader see nonsense.
CREATE TRIGGER audits_guard_update BEFORE UPDATE ON audits
WHEN (SELECT fixing FROM audits_clock) = 0
BEGIN
  SELECT CASE OLD.status
    WHEN 'completed' THEN RAISE(ABORT, 'atalaya: this audit is completed and final')
    WHEN 'failed' THEN RAISE(ABORT, 'atalaya: this audit is failed and final')
    WHEN 'cancelled' THEN RAISE(ABORT, 'atalaya: this audit is cancelled and final')
  END WHERE 
    NEW.url IS NOT OLD.url OR NEW.kind IS NOT OLD.kind OR NEW.status IS NOT OLD.status OR 
    NEW.stage IS NOT OLD.stage OR NEW.progress IS NOT OLD.progress OR NEW.message IS NOT OLD.message OR 
    NEW.message_key IS NOT OLD.message_key OR NEW.message_args IS NOT OLD.message_args OR 
    NEW.error_message IS NOT OLD.error_message OR NEW.error_key IS NOT OLD.error_key OR 
    NEW.error_args IS NOT OLD.error_args OR NEW.geo_score IS NOT OLD.geo_score OR 
    NEW.provisional_score IS NOT OLD.provisional_score OR NEW.total_pages IS NOT OLD.total_pages OR 
    NEW.discovered IS NOT OLD.discovered OR NEW.seconds_left IS NOT OLD.seconds_left OR 
    NEW.page_limit IS NOT OLD.page_limit OR NEW.findings_error IS NOT OLD.findings_error OR 
    NEW.findings_warning IS NOT OLD.findings_warning OR NEW.findings_notice IS NOT OLD.findings_notice OR 
    NEW.responses_2xx IS NOT OLD.responses_2xx OR NEW.responses_3xx IS NOT OLD.responses_3xx OR 
    NEW.responses_4xx IS NOT OLD.responses_4xx OR NEW.responses_5xx IS NOT OLD.responses_5xx OR 
    NEW.responses_failed IS NOT OLD.responses_failed OR NEW.attempt IS NOT OLD.attempt OR 
    NEW.partial IS NOT OLD.partial OR NEW.stop_reason IS NOT OLD.stop_reason OR 
    NEW.activity IS NOT OLD.activity OR NEW.created_at IS NOT OLD.created_at OR 
    NEW.started_at IS NOT OLD.started_at OR NEW.finished_at IS NOT OLD.finished_at OR 
    NEW.previous IS NOT OLD.previous;
  SELECT CASE
    WHEN NEW.id <> OLD.id THEN RAISE(ABORT, 'atalaya: the id of an audit does not change')
    WHEN NEW.attempt < OLD.attempt THEN RAISE(ABORT, 'atalaya: attempt does not fall')
    -- UPDATE OR REPLACE would take that audit away, and run no trigger of DELETE.
    WHEN EXISTS (SELECT 1 FROM audits WHERE idempotency_key = NEW.idempotency_key AND id <> OLD.id) THEN
      RAISE(ABORT, 'atalaya: the idempotency key is another audit''s')
  END;
  SELECT CASE
    WHEN NEW.progress = 100 THEN RAISE(ABORT, 'atalaya: progress is 100 only when status is completed')
    WHEN NEW.progress < OLD.progress AND NEW.attempt = OLD.attempt THEN
      RAISE(ABORT, 'atalaya: progress does not fall within an attempt')
  END WHERE NEW.status <> 'completed';
END;

-- Numbers a new row and fills in what a plain worker leaves out.
CREATE TRIGGER audits_touch_insert AFTER INSERT ON audits
BEGIN
  SELECT CASE
    WHEN met = 2 THEN RAISE(ABORT, 'atalaya: this audit has ended and is final')
    WHEN met = 1 THEN RAISE(ABORT, 'atalaya: an audit is updated, not replaced')
    -- Here, because a BEFORE trigger does not know the id that SQLite will choose.
    WHEN NEW.id > 9007199254740991 THEN RAISE(ABORT, 'atalaya: id is 1 to 9007199254740991')
  END FROM audits_clock;
  UPDATE audits_clock SET revision = revision + 1, fixing = 1;
  UPDATE audits SET
    status = CASE WHEN NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > 0 THEN 'running' ELSE NEW.status END,
    attempt = CASE
      WHEN NEW.status = 'running' OR (NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > 0) THEN max(NEW.attempt, 1)
      ELSE NEW.attempt END,
    started_at = CASE
      WHEN NEW.status IN ('running', 'completed') OR (NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > 0) THEN coalesce(NEW.started_at, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'))
      ELSE NEW.started_at END,
    progress = CASE WHEN NEW.status = 'completed' THEN 100 ELSE NEW.progress END,
    stage = CASE WHEN NEW.status IN ('completed', 'failed', 'cancelled') THEN NULL ELSE NEW.stage END,
    finished_at = CASE
      WHEN NEW.status IN ('completed', 'failed', 'cancelled') THEN coalesce(NEW.finished_at, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')) END,
    updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'),
    revision = (SELECT revision FROM audits_clock)
  WHERE id = NEW.id;
  UPDATE audits_clock SET fixing = 0;
END;

-- The same for a visible change.
CREATE TRIGGER audits_touch_update AFTER UPDATE ON audits
WHEN (SELECT fixing FROM audits_clock) = 0 AND (NEW.deleted_at IS NOT OLD.deleted_at OR 
    NEW.url IS NOT OLD.url OR NEW.kind IS NOT OLD.kind OR NEW.status IS NOT OLD.status OR 
    NEW.stage IS NOT OLD.stage OR NEW.progress IS NOT OLD.progress OR NEW.message IS NOT OLD.message OR 
    NEW.message_key IS NOT OLD.message_key OR NEW.message_args IS NOT OLD.message_args OR 
    NEW.error_message IS NOT OLD.error_message OR NEW.error_key IS NOT OLD.error_key OR 
    NEW.error_args IS NOT OLD.error_args OR NEW.geo_score IS NOT OLD.geo_score OR 
    NEW.provisional_score IS NOT OLD.provisional_score OR NEW.total_pages IS NOT OLD.total_pages OR 
    NEW.discovered IS NOT OLD.discovered OR NEW.seconds_left IS NOT OLD.seconds_left OR 
    NEW.page_limit IS NOT OLD.page_limit OR NEW.findings_error IS NOT OLD.findings_error OR 
    NEW.findings_warning IS NOT OLD.findings_warning OR NEW.findings_notice IS NOT OLD.findings_notice OR 
    NEW.responses_2xx IS NOT OLD.responses_2xx OR NEW.responses_3xx IS NOT OLD.responses_3xx OR 
    NEW.responses_4xx IS NOT OLD.responses_4xx OR NEW.responses_5xx IS NOT OLD.responses_5xx OR 
    NEW.responses_failed IS NOT OLD.responses_failed OR NEW.attempt IS NOT OLD.attempt OR 
    NEW.partial IS NOT OLD.partial OR NEW.stop_reason IS NOT OLD.stop_reason OR 
    NEW.activity IS NOT OLD.activity OR NEW.created_at IS NOT OLD.created_at OR 
    NEW.started_at IS NOT OLD.started_at OR NEW.finished_at IS NOT OLD.finished_at OR 
    NEW.previous IS NOT OLD.previous)
BEGIN
  UPDATE audits_clock SET revision = revision + 1, fixing = 1;
  UPDATE audits SET
    status = CASE WHEN NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > OLD.progress THEN 'running' ELSE NEW.status END,
    attempt = CASE
      WHEN NEW.status = 'running' OR (NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > OLD.progress) THEN max(NEW.attempt, 1)
      ELSE NEW.attempt END,
    started_at = CASE
      WHEN NEW.status IN ('running', 'completed') OR (NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > OLD.progress) THEN coalesce(NEW.started_at, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'))
      ELSE NEW.started_at END,
    progress = CASE WHEN NEW.status = 'completed' THEN 100 ELSE NEW.progress END,
    stage = CASE WHEN NEW.status IN ('completed', 'failed', 'cancelled') THEN NULL ELSE NEW.stage END,
    finished_at = CASE
      WHEN NEW.status IN ('completed', 'failed', 'cancelled') THEN coalesce(NEW.finished_at, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')) END,
    worker_seen_at = CASE
      WHEN NEW.kind = 'external' AND NEW.status IN ('pending', 'running') AND (NEW.status = 'running' OR NEW.progress > OLD.progress)
        AND NEW.worker_seen_at IS OLD.worker_seen_at THEN strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')
      ELSE NEW.worker_seen_at END,
    -- Whoever writes a text of their own leaves the key of the text before.
    message_key = CASE WHEN NEW.message IS NOT OLD.message AND NEW.message_key IS OLD.message_key AND NEW.message_args IS OLD.message_args THEN NULL ELSE NEW.message_key END,
    message_args = CASE WHEN NEW.message IS NOT OLD.message AND NEW.message_key IS OLD.message_key AND NEW.message_args IS OLD.message_args THEN NULL ELSE NEW.message_args END,
    error_key = CASE WHEN NEW.error_message IS NOT OLD.error_message AND NEW.error_key IS OLD.error_key AND NEW.error_args IS OLD.error_args THEN NULL ELSE NEW.error_key END,
    error_args = CASE WHEN NEW.error_message IS NOT OLD.error_message AND NEW.error_key IS OLD.error_key AND NEW.error_args IS OLD.error_args THEN NULL ELSE NEW.error_args END,
    updated_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'),
    revision = (SELECT revision FROM audits_clock)
  WHERE id = NEW.id;
  UPDATE audits_clock SET fixing = 0;
END;

-- A write that changes nothing visible cannot move the revision either.
CREATE TRIGGER audits_keep_update AFTER UPDATE ON audits
WHEN (SELECT fixing FROM audits_clock) = 0
  AND (NEW.revision IS NOT OLD.revision OR NEW.updated_at IS NOT OLD.updated_at)
  AND NOT (NEW.deleted_at IS NOT OLD.deleted_at OR 
    NEW.url IS NOT OLD.url OR NEW.kind IS NOT OLD.kind OR NEW.status IS NOT OLD.status OR 
    NEW.stage IS NOT OLD.stage OR NEW.progress IS NOT OLD.progress OR NEW.message IS NOT OLD.message OR 
    NEW.message_key IS NOT OLD.message_key OR NEW.message_args IS NOT OLD.message_args OR 
    NEW.error_message IS NOT OLD.error_message OR NEW.error_key IS NOT OLD.error_key OR 
    NEW.error_args IS NOT OLD.error_args OR NEW.geo_score IS NOT OLD.geo_score OR 
    NEW.provisional_score IS NOT OLD.provisional_score OR NEW.total_pages IS NOT OLD.total_pages OR 
    NEW.discovered IS NOT OLD.discovered OR NEW.seconds_left IS NOT OLD.seconds_left OR 
    NEW.page_limit IS NOT OLD.page_limit OR NEW.findings_error IS NOT OLD.findings_error OR 
    NEW.findings_warning IS NOT OLD.findings_warning OR NEW.findings_notice IS NOT OLD.findings_notice OR 
    NEW.responses_2xx IS NOT OLD.responses_2xx OR NEW.responses_3xx IS NOT OLD.responses_3xx OR 
    NEW.responses_4xx IS NOT OLD.responses_4xx OR NEW.responses_5xx IS NOT OLD.responses_5xx OR 
    NEW.responses_failed IS NOT OLD.responses_failed OR NEW.attempt IS NOT OLD.attempt OR 
    NEW.partial IS NOT OLD.partial OR NEW.stop_reason IS NOT OLD.stop_reason OR 
    NEW.activity IS NOT OLD.activity OR NEW.created_at IS NOT OLD.created_at OR 
    NEW.started_at IS NOT OLD.started_at OR NEW.finished_at IS NOT OLD.finished_at OR 
    NEW.previous IS NOT OLD.previous)
BEGIN
  UPDATE audits_clock SET fixing = 1;
  UPDATE audits SET revision = OLD.revision, updated_at = OLD.updated_at WHERE id = NEW.id;
  UPDATE audits_clock SET fixing = 0;
END;

-- Whoever ends an audit, or deletes it, erases the headers that it was sent with.
CREATE TRIGGER audits_erase_headers AFTER UPDATE OF status, deleted_at ON audits
WHEN NEW.status IN ('completed', 'failed', 'cancelled') OR NEW.deleted_at IS NOT NULL
BEGIN
  UPDATE audit_headers SET sealed = NULL WHERE audit_id = NEW.id AND sealed IS NOT NULL;
END;

-- The first DELETE of a row marks it, so that readers learn of it; a second one
-- removes it.
CREATE TRIGGER audits_bury BEFORE DELETE ON audits
WHEN OLD.deleted_at IS NULL
BEGIN
  UPDATE audits SET deleted_at = strftime('%Y-%m-%d %H:%M:%f+00:00', 'now'), idempotency_key = NULL WHERE id = OLD.id;
  SELECT RAISE(IGNORE);
END;

-- Keep the grams of addresses, as 0019_grams spells them. Those of an old address are
-- told from it, because the table is ordered by gram.
CREATE TRIGGER audits_grams_insert AFTER INSERT ON audits
BEGIN
  INSERT INTO audits_grams (gram, audit_id)
    SELECT DISTINCT substr(lower(NEW.url) || '  ', n, 3), NEW.id FROM audits_offsets WHERE n <= length(NEW.url);
END;

CREATE TRIGGER audits_grams_update AFTER UPDATE OF url ON audits
WHEN NEW.url IS NOT OLD.url
BEGIN
  DELETE FROM audits_grams WHERE audit_id = OLD.id
    AND gram IN (SELECT substr(lower(OLD.url) || '  ', n, 3) FROM audits_offsets WHERE n <= length(OLD.url));
  INSERT INTO audits_grams (gram, audit_id)
    SELECT DISTINCT substr(lower(NEW.url) || '  ', n, 3), NEW.id FROM audits_offsets WHERE n <= length(NEW.url);
END;

CREATE TRIGGER audits_grams_delete AFTER DELETE ON audits
BEGIN
  DELETE FROM audits_grams WHERE audit_id = OLD.id
    AND gram IN (SELECT substr(lower(OLD.url) || '  ', n, 3) FROM audits_offsets WHERE n <= length(OLD.url));
END;
