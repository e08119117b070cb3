-- The triggers on PostgreSQL. This is a template: migrations.go says what it may
-- call. Servers at work go on while it runs: functions are replaced in place, and
-- only for the triggers the table is locked, from their first line to the commit.

-- A role that may only read and write must be able to see that all is done.
GRANT SELECT ON atalaya_repeatable TO PUBLIC;

-- Everything is made where the table is, and the functions keep exactly this
-- search path: they run with the owner's rights.
SELECT set_config('search_path', quote_ident((
  SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = 'audits'::regclass
)) || ', pg_temp', true);

-- Numbers a visible change, fills in what a plain worker leaves out, and
-- refuses what would make a reader see nonsense.
CREATE OR REPLACE FUNCTION audits_touch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  at  timestamptz := date_trunc('milliseconds', clock_timestamp());
  was integer := 0;
  changed boolean;
BEGIN
  -- Only for new rows: one from before this rule goes on.
  IF TG_OP = 'INSERT' AND NEW.id > 9007199254740991 THEN
    RAISE 'atalaya: id is 1 to 9007199254740991' USING ERRCODE = 'AT002';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    was := OLD.progress;
    changed := (
    NEW.url, NEW.kind, NEW.status, NEW.stage, NEW.progress, NEW.message, NEW.message_key, 
    NEW.message_args, NEW.error_message, NEW.error_key, NEW.error_args, NEW.geo_score, 
    NEW.provisional_score, NEW.total_pages, NEW.discovered, NEW.seconds_left, NEW.page_limit, 
    NEW.findings_error, NEW.findings_warning, NEW.findings_notice, NEW.responses_2xx, NEW.responses_3xx, 
    NEW.responses_4xx, NEW.responses_5xx, NEW.responses_failed, NEW.attempt, NEW.partial, 
    NEW.stop_reason, NEW.activity, NEW.created_at, NEW.started_at, NEW.finished_at, NEW.previous) IS DISTINCT FROM (
    OLD.url, OLD.kind, OLD.status, OLD.stage, OLD.progress, OLD.message, OLD.message_key, 
    OLD.message_args, OLD.error_message, OLD.error_key, OLD.error_args, OLD.geo_score, 
    OLD.provisional_score, OLD.total_pages, OLD.discovered, OLD.seconds_left, OLD.page_limit, 
    OLD.findings_error, OLD.findings_warning, OLD.findings_notice, OLD.responses_2xx, OLD.responses_3xx, 
    OLD.responses_4xx, OLD.responses_5xx, OLD.responses_failed, OLD.attempt, OLD.partial, 
    OLD.stop_reason, OLD.activity, OLD.created_at, OLD.started_at, OLD.finished_at, OLD.previous);
    IF changed AND OLD.status IN ('completed', 'failed', 'cancelled') THEN
      RAISE 'atalaya: audit % is % and final', OLD.id, OLD.status USING ERRCODE = 'AT001';
    END IF;
    IF NEW.id <> OLD.id THEN
      RAISE 'atalaya: the id of audit % does not change', OLD.id USING ERRCODE = 'AT002';
    END IF;
    -- A restored database gives every audit a revision that no reader has seen.
    IF NOT changed AND current_setting('atalaya.renumber', true) = 'on' THEN
      NEW.revision := greatest(nextval('audits_revision'), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
      PERFORM setval('audits_revision', NEW.revision);
      NEW.change_xid := pg_current_xact_id();
      NEW.updated_at := OLD.updated_at;
      RETURN NEW;
    END IF;
    IF NOT changed AND NEW.deleted_at IS NOT DISTINCT FROM OLD.deleted_at THEN
      NEW.revision := OLD.revision;
      NEW.change_xid := OLD.change_xid;
      NEW.updated_at := OLD.updated_at;
      RETURN NEW;
    END IF;
    IF NEW.attempt < OLD.attempt THEN
      RAISE 'atalaya: attempt of audit % does not fall', OLD.id USING ERRCODE = 'AT002';
    END IF;
    IF NEW.status <> 'completed' AND NEW.progress < OLD.progress AND NEW.attempt = OLD.attempt THEN
      RAISE 'atalaya: progress of audit % does not fall within an attempt (it is %)', OLD.id, OLD.progress
        USING ERRCODE = 'AT002';
    END IF;
  END IF;

  IF NEW.status = 'pending' AND NEW.kind = 'external' AND NEW.progress > was THEN
    NEW.status := 'running';
  END IF;
  IF NEW.status = 'running' THEN
    NEW.started_at := coalesce(NEW.started_at, at);
    NEW.attempt := greatest(NEW.attempt, 1);
  END IF;
  IF NEW.status = 'completed' THEN
    NEW.progress := 100;
    NEW.started_at := coalesce(NEW.started_at, at);
  ELSIF NEW.progress = 100 THEN
    RAISE 'atalaya: progress of audit % is 100 only when status is completed', NEW.id USING ERRCODE = 'AT002';
  END IF;
  IF NEW.status IN ('completed', 'failed', 'cancelled') THEN
    NEW.stage := NULL;
    NEW.finished_at := coalesce(NEW.finished_at, at);
  ELSE
    NEW.finished_at := NULL;
  END IF;
  -- What an external worker writes is its sign of life.
  IF TG_OP = 'UPDATE' AND NEW.kind = 'external' AND NEW.status = 'running'
    AND NEW.worker_seen_at IS NOT DISTINCT FROM OLD.worker_seen_at THEN
    NEW.worker_seen_at := at;
  END IF;

  -- Whoever writes a text of their own leaves the key of the text before.
  IF TG_OP = 'UPDATE' AND NEW.message IS DISTINCT FROM OLD.message
    AND NEW.message_key IS NOT DISTINCT FROM OLD.message_key AND NEW.message_args IS NOT DISTINCT FROM OLD.message_args THEN
    NEW.message_key := NULL;
    NEW.message_args := NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.error_message IS DISTINCT FROM OLD.error_message
    AND NEW.error_key IS NOT DISTINCT FROM OLD.error_key AND NEW.error_args IS NOT DISTINCT FROM OLD.error_args THEN
    NEW.error_key := NULL;
    NEW.error_args := NULL;
  END IF;

  -- Whoever ends an audit, or deletes it, erases the headers that it was sent with.
  IF TG_OP = 'UPDATE' AND (NEW.status IN ('completed', 'failed', 'cancelled') OR NEW.deleted_at IS NOT NULL) THEN
    UPDATE audit_headers SET sealed = NULL WHERE audit_id = NEW.id AND sealed IS NOT NULL;
  END IF;

  NEW.created_at := coalesce(NEW.created_at, at);
  NEW.updated_at := at;
  NEW.revision := nextval('audits_revision');
  NEW.change_xid := pg_current_xact_id();
  RETURN NEW;
END $$;

-- One content-free wake-up per 20 ms. A NOTIFY per row would make every commit
-- of the cluster wait for one lock. It may get lost: then the sweep is late by
-- one interval. A time more than a second ahead means that the clock was set
-- back; without that case wake-ups would be mute until it caught up.
CREATE OR REPLACE FUNCTION audits_wake() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  now_ms  bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  last_ms bigint := (SELECT last_value FROM audits_wake_ms);
BEGIN
  IF now_ms - last_ms >= 20 OR last_ms - now_ms > 1000 THEN
    PERFORM setval('audits_wake_ms', now_ms);
    PERFORM pg_notify('audits_wake', '');
  END IF;
  RETURN NULL;
END $$;

-- The first DELETE of a row marks it, so that readers learn of it; a second one
-- removes it.
CREATE OR REPLACE FUNCTION audits_bury() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF OLD.deleted_at IS NOT NULL THEN
    RETURN OLD;
  END IF;
  UPDATE audits SET deleted_at = clock_timestamp(), idempotency_key = NULL WHERE id = OLD.id;
  RETURN NULL;
END $$;

-- Keeps the grams of addresses, as 0019_grams spells them. Those of an old address are
-- told from it, because the table is ordered by gram.
CREATE OR REPLACE FUNCTION audits_grams_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.url = OLD.url THEN
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM audits_grams WHERE audit_id = OLD.id AND gram = ANY (ARRAY(
      SELECT substr(lower(OLD.url COLLATE "C") || '  ', n, 3) FROM generate_series(1, char_length(OLD.url)) AS n));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO audits_grams (gram, audit_id)
      SELECT DISTINCT substr(lower(NEW.url COLLATE "C") || '  ', n, 3), NEW.id
      FROM generate_series(1, char_length(NEW.url)) AS n;
  END IF;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS audits_touch_insert ON audits;
DROP TRIGGER IF EXISTS audits_touch_update ON audits;
DROP TRIGGER IF EXISTS audits_wake ON audits;
DROP TRIGGER IF EXISTS audits_bury ON audits;
DROP TRIGGER IF EXISTS audits_grams_keep ON audits;

CREATE TRIGGER audits_touch_insert BEFORE INSERT ON audits
FOR EACH ROW EXECUTE FUNCTION audits_touch();

-- The list of columns keeps leases and heartbeats from running anything at all.
CREATE TRIGGER audits_touch_update BEFORE UPDATE OF id, revision, change_xid, updated_at, deleted_at, 
    url, kind, status, stage, progress, message, message_key, message_args, error_message, error_key, 
    error_args, geo_score, provisional_score, total_pages, discovered, seconds_left, page_limit, 
    findings_error, findings_warning, findings_notice, responses_2xx, responses_3xx, responses_4xx, 
    responses_5xx, responses_failed, attempt, partial, stop_reason, activity, created_at, started_at, 
    finished_at, previous
ON audits FOR EACH ROW EXECUTE FUNCTION audits_touch();

-- By column list, not by transition tables: those would copy every changed row
-- to learn what the statement says itself.
CREATE TRIGGER audits_wake AFTER INSERT OR UPDATE OF deleted_at, 
    url, kind, status, stage, progress, message, message_key, message_args, error_message, error_key, 
    error_args, geo_score, provisional_score, total_pages, discovered, seconds_left, page_limit, 
    findings_error, findings_warning, findings_notice, responses_2xx, responses_3xx, responses_4xx, 
    responses_5xx, responses_failed, attempt, partial, stop_reason, activity, created_at, started_at, 
    finished_at, previous
ON audits FOR EACH STATEMENT EXECUTE FUNCTION audits_wake();

CREATE TRIGGER audits_bury BEFORE DELETE ON audits
FOR EACH ROW EXECUTE FUNCTION audits_bury();

CREATE TRIGGER audits_grams_keep AFTER INSERT OR DELETE OR UPDATE OF url
ON audits FOR EACH ROW EXECUTE FUNCTION audits_grams_keep();
