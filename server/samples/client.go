// Command samples is a client in Go, with its standard library alone. It starts an audit,
// follows it to its end, over cut connections too, and reads the report:
//
//	ATALAYA_TOKEN=atl_… go run ./server/samples https://audits.example https://www.example.com/
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	retry     = 2 * time.Second  // until the server says otherwise
	deadAfter = 90 * time.Second // without a heartbeat
)

// audit is what this client looks at of an audit.
type audit struct {
	ID       int64  `json:"audit_id"`
	Revision int64  `json:"revision"`
	Progress int    `json:"progress"`
	Status   string `json:"status"`
}

func (a audit) ended() bool {
	return slices.Contains([]string{"completed", "failed", "cancelled"}, a.Status)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server, site string) error {
	wish, err := json.Marshal(map[string]string{"url": site})
	if err != nil {
		return err
	}
	var a audit
	if err := call(ctx, http.MethodPost, server+"/api/v1/audits", wish, &a); err != nil {
		return err
	}
	for {
		pause, err := follow(ctx, fmt.Sprintf("%s/sse/audits/%d/progress", server, a.ID), &a)
		if err != nil {
			return err
		}
		if a.ended() {
			break // what was seen last is the end
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var report struct{ Score *struct{ Value int } }
	err = call(ctx, http.MethodGet, fmt.Sprintf("%s/api/v1/audits/%d/report", server, a.ID), nil, &report)
	if err == nil && report.Score != nil {
		fmt.Println("score", report.Score.Value)
	}
	return err
}

// follow reads one stream until the audit or the stream ends, and returns when to come back.
// Last-Event-ID says what was seen, so that nothing comes twice.
func follow(ctx context.Context, url string, a *audit) (pause time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	request, err := newRequest(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	if a.Revision > 0 {
		request.Header.Set("Last-Event-ID", strconv.FormatInt(a.Revision, 10))
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return retry, nil // the connection was cut
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return max(retry, time.Duration(seconds)*time.Second), nil
	default:
		return 0, refusal(answer)
	}
	silence := time.AfterFunc(deadAfter, cancel)
	defer silence.Stop()
	return read(answer.Body, a, func() { silence.Reset(deadAfter) })
}

// read shows the states on a stream until it ends, or the audit does. What has a name is a
// heartbeat, or why the stream ends.
func read(stream io.Reader, a *audit, heard func()) (pause time.Duration, err error) {
	pause, event := retry, ""
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, 1<<20)
	for !a.ended() && lines.Scan() {
		heard()
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "retry":
			ms, _ := strconv.Atoi(value)
			pause = time.Duration(ms) * time.Millisecond
		case "event":
			event = value
		case "data":
			if event != "" {
				continue
			}
			if err := json.Unmarshal([]byte(value), a); err != nil {
				return 0, err
			}
			fmt.Println(a.Revision, a.Progress, a.Status)
		case "":
			event = ""
		}
	}
	return pause, nil
}

func call(ctx context.Context, method, url string, body []byte, into any) error {
	request, err := newRequest(ctx, method, url, body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return refusal(answer)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

func newRequest(ctx context.Context, method, url string, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token := os.Getenv("ATALAYA_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// refusal is what the server says of an error (RFC 9457).
func refusal(answer *http.Response) error {
	var problem struct{ Detail string }
	_ = json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&problem) // the status is left without one
	return fmt.Errorf("%s: %s", answer.Status, cmp.Or(problem.Detail, "no reason was given"))
}
