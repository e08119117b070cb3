package notify_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"atalaya/server/internal/notify"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

func aDelivery(url string) work.Delivery {
	return work.Delivery{
		Message: "msg_1", Tries: 1, Event: shared.EventFinished, AuditID: 7, Kind: shared.KindWebhook, URL: url,
		Body: []byte(`{"type":"audit.finished"}`), Secrets: []string{notify.NewSecret(), notify.NewSecret()},
	}
}

func TestSend(t *testing.T) {
	var got *http.Request
	var body []byte
	followed := false
	mux := http.NewServeMux()
	mux.HandleFunc("/take", func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.Handle("/move", http.RedirectHandler("/moved", http.StatusTemporaryRedirect))
	mux.HandleFunc("/moved", func(http.ResponseWriter, *http.Request) { followed = true })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 1<<20))
	})
	receiver := httptest.NewServer(mux)
	defer receiver.Close()
	poster := notify.NewPoster((&net.Dialer{}).DialContext, nil)
	send := func(path string) (int, error) {
		answer, err := poster.Send(t.Context(), aDelivery(receiver.URL+path))
		return answer.Status, err
	}

	status, err := send("/take")
	if status != 204 || err != nil {
		t.Fatalf("got %d, %v", status, err)
	}
	at, err := strconv.ParseInt(got.Header.Get("webhook-timestamp"), 10, 64)
	signatures := strings.Fields(got.Header.Get("webhook-signature"))
	if got.Method != "POST" || got.Header.Get("webhook-id") != "msg_1" ||
		got.Header.Get("Content-Type") != "application/json" || err != nil ||
		time.Since(time.Unix(at, 0)).Abs() > time.Minute || len(signatures) != 2 ||
		string(body) != `{"type":"audit.finished"}` {
		t.Errorf("sent %v, %s", got.Header, body)
	}
	if status, err := send("/move"); status != 307 || err != nil || followed {
		t.Errorf("a redirect: got %d, %v, followed %v", status, err, followed)
	}
	if status, err := send("/endless"); status != 200 || err != nil {
		t.Errorf("an endless answer: got %d, %v", status, err)
	}
	if status, err := send("/headers"); status != 0 || err == nil {
		t.Errorf("endless headers: got %d, %v", status, err)
	}
}

// TestErrorsKeepSecrets asks for an address that has a secret in its path.
func TestErrorsKeepSecrets(t *testing.T) {
	refused := errors.New("refused")
	poster := notify.NewPoster(func(context.Context, string, string) (net.Conn, error) { return nil, refused }, nil)
	for _, url := range []string{"https://hook.example/secret", "https://hook.example/%zzsecret", "secret://"} {
		answer, err := poster.Send(t.Context(), aDelivery(url))
		if answer.Status != 0 || err == nil || strings.Contains(err.Error(), "secret/") || strings.Contains(err.Error(), "hook") {
			t.Errorf("%s: got %v, %v", url, answer, err)
		}
	}
}
