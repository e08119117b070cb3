package export

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"net/url"
	"strings"
	"time"

	"atalaya/shared"
	"atalaya/shared/escape"
	"atalaya/shared/text"
)

const (
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifVersion = "2.1.0"
	// sarifBase names the site's root, to which the addresses of its pages are relative:
	// services that show results beside a repository take no absolute ones.
	sarifBase = "SITE"
)

// writeSARIF writes a run of one tool whose rules are the checks.
func (e *Export) writeSARIF(ctx context.Context, w *bufio.Writer) error {
	log, err := json.Marshal(sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{e.sarifRun()}})
	if err != nil {
		return err
	}
	const closing = "}]}" // the run, the runs, the log
	if _, err := w.Write(bytes.TrimSuffix(log, []byte(closing))); err != nil {
		return err
	}
	if err := writeArray(w, `,"results":`, e.sarifResults(ctx)); err != nil {
		return err
	}
	_, err = w.WriteString(closing + "\n")
	return err
}

func (e *Export) sarifRun() sarifRun {
	a := &e.Report.Audit
	run := sarifRun{
		Tool: sarifTool{sarifDriver{Name: "Atalaya", Rules: []sarifRule{}}},
		// The part before the last slash says what is compared with what: audits of one site.
		AutomationDetails: sarifAutomation{ID: "atalaya/" + escape.Visible(shared.SiteName(a.URL)) + "/"},
		Invocations:       []sarifInvocation{e.sarifInvocation()},
		Properties: sarifRunProperties{
			AuditID: a.AuditID, Site: a.URL, Status: string(a.Status), Score: a.GeoScore, Partial: a.Partial,
		},
	}
	if root := siteRoot(a.URL); root != "" {
		run.OriginalURIBaseIDs = map[string]sarifArtifact{sarifBase: {URI: root}}
	}
	for i := range e.Report.Checks {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, e.sarifRule(&e.Report.Checks[i]))
	}
	return run
}

func (e *Export) sarifInvocation() sarifInvocation {
	a := &e.Report.Audit
	in := sarifInvocation{ExecutionSuccessful: a.Status == shared.StatusCompleted}
	if a.StartedAt != nil {
		in.StartTimeUTC = a.StartedAt.UTC().Format(time.RFC3339)
	}
	if a.FinishedAt != nil {
		in.EndTimeUTC = a.FinishedAt.UTC().Format(time.RFC3339)
	}
	if why := e.caveat(); why != "" {
		level := "warning"
		if a.Status == shared.StatusFailed {
			level = "error"
		}
		in.Notifications = []sarifNotification{{level, sarifMessage(why)}}
	}
	return in
}

func (e *Export) sarifRule(c *shared.CheckResult) sarifRule {
	words, _ := text.Check(e.Lang, c.ID)
	rule := sarifRule{
		ID: c.ID, ShortDescription: sarifMessage(words.Title), Configuration: sarifRuleLevel{sarifLevel(c.Severity)},
		Properties: sarifRuleFacts{
			Category: string(c.Category), Outcome: string(c.Outcome), PointsLost: c.PointsLost, Tags: []string{string(c.Category)},
		},
	}
	if words.Why != "" {
		why := sarifMessage(words.Why)
		rule.FullDescription = &why
	}
	if words.Fix != "" {
		fix := sarifMessage(words.Fix)
		rule.Help = &fix
	}
	return rule
}

func (e *Export) sarifResults(ctx context.Context) iter.Seq2[sarifResult, error] {
	rules := make(map[string]int, len(e.Report.Checks))
	for i := range e.Report.Checks {
		rules[e.Report.Checks[i].ID] = i
	}
	root := siteRoot(e.Report.Audit.URL)
	return func(yield func(sarifResult, error) bool) {
		for o, err := range e.occurrences(ctx) {
			if err != nil {
				yield(sarifResult{}, err)
				return
			}
			r := e.sarifResult(o.Finding, root)
			if i, ok := rules[r.RuleID]; ok {
				r.RuleIndex = &i
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (e *Export) sarifResult(f *shared.Finding, root string) sarifResult {
	kind := "fail"
	if f.Severity == shared.SeverityInfo {
		kind = "informational"
	}
	says := e.title(f.CheckID)
	if seen := text.AllSeen(e.Lang, f); seen != "" {
		says += ". " + seen
	}
	return sarifResult{
		RuleID: f.CheckID, Kind: kind, Level: sarifLevel(f.Severity), Message: sarifMessage(says),
		Locations:           []sarifLocation{{sarifPhysical{sarifAddress(f.PageURL, root)}}},
		PartialFingerprints: map[string]string{"checkAndPage/v1": fingerprint(f)},
	}
}

// fingerprint is what makes a finding the same one in the next audit.
func fingerprint(f *shared.Finding) string {
	identity := f.CheckID + "\n" + f.PageURL
	if f.PageURL == "" { // findings of the site differ by what was seen
		for _, fact := range f.Evidence {
			identity += "\n" + fact.Name + "\t" + fact.Value
		}
	}
	sum := sha256.Sum256([]byte(identity))
	return hex.EncodeToString(sum[:16])
}

func sarifLevel(s shared.Severity) string {
	switch s {
	case shared.SeverityError:
		return "error"
	case shared.SeverityWarning:
		return "warning"
	case shared.SeverityNotice:
		return "note"
	}
	return "none"
}

// sarifMessage is any text as a message, in which brackets make links and braces stand for
// parameters.
func sarifMessage(s string) sarifText {
	return sarifText{sarifEscape.Replace(escape.Visible(s))}
}

var sarifEscape = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", "{{", "}", "}}")

// siteRoot is the root of the site of an address, with a slash at its end; empty for what
// is no address.
func siteRoot(raw string) string {
	u, err := url.Parse(raw)
	if _, ok := escape.Address(raw); !ok || err != nil {
		return ""
	}
	return escape.PercentEncode(u.Scheme + "://" + u.Host + "/")
}

// sarifAddress is where a finding is: a page's address, relative to the root if it is below
// it. What is about the site as a whole is at the root.
func sarifAddress(page, root string) sarifArtifact {
	address := escape.PercentEncode(page)
	below, inside := strings.CutPrefix(address, root)
	if root == "" || page != "" && !inside || strings.HasPrefix(below, "/") {
		return sarifArtifact{URI: address}
	}
	first, _, _ := strings.Cut(below, "/")
	if below == "" || strings.ContainsAny(first, ":") || below[0] == '?' || below[0] == '#' {
		below = "./" + below
	}
	return sarifArtifact{URI: below, URIBaseID: sarifBase}
}
