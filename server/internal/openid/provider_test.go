package openid

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"atalaya/server/internal/testkit"
	"atalaya/shared"
)

// script is a provider that is down as often as it says.
type script struct {
	begun time.Time

	mu    sync.Mutex
	downs int
	asked []time.Duration
}

const description = `{"issuer":"https://id.example","authorization_endpoint":"https://id.example/a",
"token_endpoint":"https://id.example/t","jwks_uri":"https://id.example/k"}`

func (s *script) RoundTrip(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Since(s.begun))
	if s.downs--; s.downs >= 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(description))}, nil
}

// TestRun starts before the provider does, and loses it later.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(testkit.LogBuffer)
		p := New(Config{Issuer: "https://id.example"}, slog.New(slog.NewTextHandler(log, nil)))
		s := &script{begun: time.Now(), downs: 9}
		p.client.Transport = bounded{s}
		if trouble := p.Trouble(); trouble == nil || trouble.Code != shared.CodeProviderDown {
			t.Errorf("before: %v", trouble)
		}
		go func() { _ = p.Run(t.Context()) }()
		<-time.After(4 * time.Minute)
		synctest.Wait()
		if trouble := p.Trouble(); trouble == nil || trouble.Code != shared.CodeProviderDown {
			t.Errorf("while it is down: %v", trouble)
		}
		<-time.After(time.Minute)
		synctest.Wait()
		if trouble := p.Trouble(); trouble != nil {
			t.Errorf("when it answers: %v", trouble)
		}
		s.mu.Lock()
		s.downs = 1
		s.mu.Unlock()
		<-time.After(time.Hour + time.Second)
		synctest.Wait()
		if trouble := p.Trouble(); trouble != nil {
			t.Errorf("down later: %v", trouble)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		var waits []time.Duration
		for i := range s.asked[1:] {
			waits = append(waits, s.asked[i+1]-s.asked[i])
		}
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60, 3600, 1}
		for i := range want {
			if len(waits) != len(want) || waits[i] != want[i]*time.Second {
				t.Fatalf("waited %v, want %d", waits, want)
			}
		}
		if log.Count("cannot be used") != 2 || log.Count("answers") != 2 {
			t.Errorf("the log has %s", log)
		}
	})
}

func TestParseIssuer(t *testing.T) {
	for text, good := range map[string]bool{
		"https://id.example": true, "https://id.example/realms/team/": true, "http://127.0.0.1:5556/dex": true,
		"http://localhost": true, "http://id.example": false, "id.example": false, "": false, "https://": false,
		"https://user:pass@id.example": false, "https://id.example?a=b": false, "ftp://id.example": false,
	} {
		if err := ParseIssuer(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestHowTheSecretIsSent(t *testing.T) {
	for want, methods := range map[int][]string{
		2: nil, 1: {"client_secret_post", "private_key_jwt"},
	} {
		if got := (metadata{AuthMethods: methods}).authStyle("s3cret"); int(got) != want {
			t.Errorf("%q: %v", methods, got)
		}
	}
	if got := (metadata{}).authStyle(""); got != oauth2.AuthStyleInParams {
		t.Errorf("without a secret: %v", got)
	}
}
