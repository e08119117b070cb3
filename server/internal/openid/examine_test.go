package openid

import (
	"net/http"
	"testing"
	"time"

	"atalaya/server/internal/openid/openidtest"
	"atalaya/shared"
)

func TestExamine(t *testing.T) {
	instead := func(path, body string, late time.Duration) func(*openidtest.Behaviour) {
		return func(b *openidtest.Behaviour) {
			b.Instead = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == path {
					w.Header().Set("Date", time.Now().Add(late).UTC().Format(http.TimeFormat))
					_, _ = w.Write([]byte(body))
				}
				return r.URL.Path == path
			}
		}
	}
	for name, tc := range map[string]struct {
		change func(*openidtest.Behaviour)
		keys   int
		skew   time.Duration
		code   shared.Code
	}{
		"well":        {func(*openidtest.Behaviour) {}, 1, 0, ""},
		"late":        {instead("/keys", `{"keys":[{},{}]}`, time.Hour), 2, time.Hour, ""},
		"no keys":     {instead("/keys", `{"keys":[]}`, 0), 0, 0, shared.CodeProviderOdd},
		"no provider": {instead("/.well-known/openid-configuration", `<html>`, 0), 0, 0, shared.CodeProviderOdd},
	} {
		r := newRig(t)
		r.provider.Change(tc.change)
		found, err := r.ours.Examine(t.Context())
		if found.Keys != tc.keys || (found.Skew-tc.skew).Abs() > SkewMax || codeOf(err) != tc.code {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}
