package text

import (
	"reflect"
	"testing"
	"time"

	"atalaya/shared"
)

// TestEveryLanguageTellsOfEveryEvent holds each text beside the English one.
func TestEveryLanguageTellsOfEveryEvent(t *testing.T) {
	if len(noticeTexts) != len(languages) {
		t.Fatalf("%d languages tell of events, of %d", len(noticeTexts), len(languages))
	}
	english := reflect.ValueOf(englishNotices)
	for i, words := range noticeTexts {
		v := reflect.ValueOf(*words)
		for n := range v.NumField() {
			if err := hold(v.Field(n).String(), english.Field(n).String()); err != nil {
				t.Errorf("%s: %s %v", languages[i].tag, v.Type().Field(n).Name, err)
			}
		}
	}
}

func TestNotices(t *testing.T) {
	score, why := 70, "no <answer>\nat all"
	at := shared.At(time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC))
	p := shared.AuditProgress{
		AuditID: 7, URL: "https://www.a.example/", Status: shared.StatusCompleted, GeoScore: &score, TotalPages: 1200,
		Findings: shared.Findings{Error: 3, Warning: 2, Notice: 1}, UpdatedAt: at,
		Previous: &shared.Verdict{GeoScore: 80, Errors: 1},
	}
	first, failed, silent, mute := p, p, p, p
	first.Previous = nil
	failed.ErrorMessage = &why
	later := shared.At(at.Add(time.Hour))
	silent.WorkerSeenAt = &later
	for _, c := range []struct {
		lang        Lang
		event       shared.Event
		data        shared.AuditProgress
		title, text string
	}{
		{EN, shared.EventFinished, first, "a.example: the audit is finished",
			"Score: 70 of 100\nCritical: 3, warnings: 2, notices: 1\n1,200 pages analysed\nAudit #7: https://www.a.example/"},
		{ES, shared.EventRegressed, p, "a.example: peor que en la auditoría anterior",
			"Puntuación: 70 de 100, antes 80\nCríticos: 3; avisos: 2; notas: 1\nCríticos antes: 1\n" +
				"1200 páginas analizadas\nAuditoría n.º 7: https://www.a.example/"},
		{EN, shared.EventFailed, failed, "a.example: the audit failed", why + "\nAudit #7: https://www.a.example/"},
		{EN, shared.EventFailed, mute, "a.example: the audit failed",
			"It did not say why.\nAudit #7: https://www.a.example/"},
		{EN, shared.EventSilent, silent, "a.example: the worker is silent",
			"No sign of life since 2026-11-26 11:00 UTC.\nAudit #7: https://www.a.example/"},
		{ES, shared.EventTest, p, "Una prueba",
			"Los mensajes de Atalaya llegan aquí. Ninguna auditoría tiene que ver con esto."},
		{99, shared.EventSilent, p, "a.example: the worker is silent",
			"No sign of life since 2026-11-26 10:00 UTC.\nAudit #7: https://www.a.example/"},
	} {
		n := shared.Notice{Type: c.event, Data: c.data}
		if title, text := NoticeTitle(c.lang, &n), NoticeText(c.lang, &n); title != c.title || text != c.text {
			t.Errorf("%s: got %q, %q\nwant %q, %q", c.event, title, text, c.title, c.text)
		}
	}
}
