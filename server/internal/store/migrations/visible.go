package migrations

// Visible are the columns of table audits that readers see: a change of one of
// them gives the row a new revision and a wake-up, and an ended audit refuses it.
// The triggers of both databases are made from this list, so that a new visible
// column is one ALTER TABLE per database and one word here.
var Visible = []string{
	"url", "kind", "status", "stage", "progress", "message", "message_key", "message_args",
	"error_message", "error_key", "error_args",
	"geo_score", "provisional_score", "total_pages", "discovered", "seconds_left", "page_limit",
	"findings_error", "findings_warning", "findings_notice",
	"responses_2xx", "responses_3xx", "responses_4xx", "responses_5xx", "responses_failed",
	"attempt", "partial", "stop_reason", "activity", "created_at", "started_at", "finished_at", "previous",
}
