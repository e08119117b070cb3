package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"atalaya/server/internal/testkit"
)

// This file drives the browsers that do not speak Chromium's protocol, by W3C WebDriver:
// WebKitGTK and WPE over HTTP, Firefox over Marionette, which carries the same commands over a
// plain connection and needs no program beside the browser.

// wire takes one command of WebDriver to a browser and brings its value.
type wire interface {
	do(ctx context.Context, command string, params map[string]any) (json.RawMessage, error)
}

// window is the one window of a driven browser.
type window struct {
	t    *testing.T
	wire wire
	name string // in the names of pictures
}

// openWindow starts a session in a browser that has just been started: it answers after a while.
func openWindow(t *testing.T, name string, w wire, capabilities map[string]any) *window {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*slowestCommand)
	defer cancel()
	for {
		_, err := w.do(ctx, "NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}})
		if err == nil {
			return &window{t, w, name}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not answer: %v", name, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (w *window) do(command string, params map[string]any) json.RawMessage {
	w.t.Helper()
	value, err := w.wire.do(w.t.Context(), command, params)
	if err != nil {
		w.t.Fatalf("%s %v: %v", command, params, err)
	}
	return value
}

func (w *window) navigate(url string) {
	w.t.Helper()
	w.do("Navigate", map[string]any{"url": url})
}

// run gives the value of an expression as a text, and waits for it if it is a promise.
func (w *window) run(expression string) (string, error) {
	script := "return Promise.resolve(" + expression + ").then(String)"
	value, err := w.wire.do(w.t.Context(), "ExecuteScript", map[string]any{"script": script, "args": []any{}})
	if err != nil {
		return "", err
	}
	var s string
	err = json.Unmarshal(value, &s)
	return s, err
}

func (w *window) eval(expression string) string {
	w.t.Helper()
	s, err := w.run(expression)
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return s
}

// sees waits until an expression is true. A page that is just being replaced counts as
// not yet.
func (w *window) sees(expression string) {
	w.t.Helper()
	w.seesWithin(patience, expression)
}

// seesWithin is sees for what takes longer.
func (w *window) seesWithin(limit time.Duration, expression string) {
	w.t.Helper()
	over := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		s, err := w.run(expression)
		if err == nil && s == "true" {
			return
		}
		select {
		case <-over:
			w.shot("failed-" + strings.ReplaceAll(w.t.Name(), "/", "-"))
			text, _ := w.run("document.body.innerText")
			w.t.Fatalf("not within %v: %s (last %q, %v); the page says:\n%s", limit, expression, s, err, text)
		case <-tick.C:
		}
	}
}

// element is the reference of the first element that a selector finds.
func (w *window) element(selector string) string {
	w.t.Helper()
	var reference map[string]string
	value := w.do("FindElement", map[string]any{"using": "css selector", "value": selector})
	if err := json.Unmarshal(value, &reference); err != nil {
		w.t.Fatal(err)
	}
	return reference["element-6066-11e4-a52e-4f735466cecf"]
}

// click clicks on an element: again, when the page has drawn it anew between the two words
// that a driver needs for it.
func (w *window) click(selector string) {
	w.t.Helper()
	var err error
	for range 10 {
		_, err = w.wire.do(w.t.Context(), "ElementClick", map[string]any{"id": w.element(selector)})
		if err == nil || !strings.Contains(err.Error(), "stale element reference") {
			break
		}
	}
	if err != nil {
		w.t.Fatalf("click on %s: %v", selector, err)
	}
}

// keys types into an element, as a reader does.
func (w *window) keys(selector, text string) {
	w.t.Helper()
	w.do("ElementSendKeys", map[string]any{"id": w.element(selector), "text": text})
}

// shot keeps a picture of what the window shows among the test artefacts.
func (w *window) shot(name string) {
	value, err := w.wire.do(w.t.Context(), "TakeScreenshot", map[string]any{"full": false})
	var picture []byte
	if err == nil {
		err = json.Unmarshal(value, &picture) // base64
	}
	if err == nil {
		err = os.MkdirAll("../artefacts", 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join("../artefacts", name+".png"), picture, 0o644)
	}
	if err != nil {
		w.t.Logf("screenshot %s: %v", name, err)
	}
}

// slowestCommand is longer than any command of these tests takes.
const slowestCommand = time.Minute

// overHTTP is WebDriver as it is written down.
type overHTTP struct {
	address string
	session string
}

// endpoints are the methods and paths of the commands; {id} is an element.
var endpoints = map[string][2]string{
	"Navigate":        {"POST", "/url"},
	"ExecuteScript":   {"POST", "/execute/sync"},
	"FindElement":     {"POST", "/element"},
	"ElementClick":    {"POST", "/element/{id}/click"},
	"ElementSendKeys": {"POST", "/element/{id}/value"},
	"TakeScreenshot":  {"GET", "/screenshot"},

	"NewWindow":        {"POST", "/window/new"},
	"GetWindowHandles": {"GET", "/window/handles"},
	"SwitchToWindow":   {"POST", "/window"},

	"DeleteSession": {"DELETE", ""},
}

func (h *overHTTP) do(ctx context.Context, command string, params map[string]any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, slowestCommand)
	defer cancel()
	method, path := "POST", "/session"
	if command != "NewSession" {
		id, _ := params["id"].(string)
		method, path = endpoints[command][0], "/session/"+h.session+strings.ReplaceAll(endpoints[command][1], "{id}", id)
	}
	var body io.Reader
	if method == "POST" {
		raw, err := json.Marshal(params)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, h.address+path, body)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	var result struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", answer.Status, result.Value)
	}
	if command == "NewSession" {
		var made struct {
			ID string `json:"sessionId"`
		}
		err = json.Unmarshal(result.Value, &made)
		h.session = made.ID
	}
	return result.Value, err
}

// marionette is the connection to a Firefox: frames of a length, a colon and JSON.
type marionette struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	last    int
}

func (m *marionette) do(ctx context.Context, command string, params map[string]any) (json.RawMessage, error) {
	if err := m.connect(ctx); err != nil {
		return nil, err
	}
	m.last++
	if command == "NewSession" { // which takes them as they are
		params = params["capabilities"].(map[string]any)["alwaysMatch"].(map[string]any)
	}
	frame, err := json.Marshal([]any{0, m.last, "WebDriver:" + command, params})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(frame), frame); err != nil {
		return nil, err
	}
	answer, err := m.read()
	if err != nil {
		return nil, err
	}
	var parts [4]json.RawMessage
	if err := json.Unmarshal(answer, &parts); err != nil {
		return nil, err
	}
	if string(parts[2]) != "null" {
		return nil, fmt.Errorf("%.300s", parts[2])
	}
	var result struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(parts[3], &result); err == nil && result.Value != nil {
		return result.Value, nil
	}
	return parts[3], nil // of some commands it is the value itself
}

// connect connects to a browser that has just been started, which begins with a greeting.
func (m *marionette) connect(ctx context.Context) error {
	if m.conn != nil {
		return nil
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.address)
	if err != nil {
		return err
	}
	m.conn, m.in = conn, bufio.NewReader(conn)
	if _, err = m.read(); err != nil {
		m.conn = nil
		return errors.Join(err, conn.Close())
	}
	return nil
}

func (m *marionette) read() ([]byte, error) {
	if err := m.conn.SetReadDeadline(time.Now().Add(slowestCommand)); err != nil {
		return nil, err
	}
	length, err := m.in.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil {
		return nil, err
	}
	frame := make([]byte, n)
	_, err = io.ReadFull(m.in, frame)
	return frame, err
}

// launch starts a program with all that it starts in turn, which ends with the test.
func launch(t *testing.T, c *exec.Cmd, home string, env ...string) {
	t.Helper()
	c.Env = append(os.Environ(), append(env, "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home,
		"XDG_DATA_HOME="+home, "LANG=C.UTF-8")...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
	})
}

// firefox opens a window of Firefox ESR, with more settings of its own.
func firefox(t *testing.T, more ...string) *window {
	t.Helper()
	program := installed(t, "firefox-esr")
	profile, address := t.TempDir(), testkit.FreeAddr(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	settings := `user_pref("marionette.port", ` + port + `);
user_pref("intl.accept_languages", "en-GB");
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("toolkit.telemetry.enabled", false);
` + strings.Join(more, "\n")
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	launch(t, exec.Command(program, "--headless", "--marionette", "--no-remote", "--profile", profile,
		"--width", "1280", "--height", "900"), profile)
	m := &marionette{address: address}
	t.Cleanup(func() {
		if m.conn != nil {
			_ = m.conn.Close()
		}
	})
	return openWindow(t, "firefox", m, map[string]any{})
}

// webkit opens a window of WebKitGTK, which needs a screen.
func webkit(t *testing.T) *window {
	t.Helper()
	driver, screen := installed(t, "WebKitWebDriver"), installed(t, "Xvfb")
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.?/MiniBrowser")
	if len(browsers) == 0 {
		t.Fatal("WebKitWebDriver is installed without its browser")
	}
	home := t.TempDir()
	display := startScreen(t, screen, home)
	h := driverOverHTTP(t, driver, home, "DISPLAY="+display, "WEBKIT_DISABLE_DMABUF_RENDERER=1", "GTK_A11Y=none")
	return openWindow(t, "webkit", h, map[string]any{
		"browserName": "MiniBrowser",
		"webkitgtk:browserOptions": map[string]any{
			"binary": browsers[len(browsers)-1], "args": []string{"--automation", "--geometry=1280x900"},
		},
	})
}

// wpe opens the window of WPE WebKit, which draws into memory.
func wpe(t *testing.T) *window {
	t.Helper()
	driver, browser := testkit.Program(t, "WPEWebDriver"), testkit.Program(t, "cog")
	return openWindow(t, "wpe", driverOverHTTP(t, driver, t.TempDir()), map[string]any{
		"wpe:browserOptions": map[string]any{
			"binary": browser, "args": []string{"--automation", "--platform=headless"},
		},
	})
}

// driverOverHTTP starts a driver that starts its browser when a session begins.
func driverOverHTTP(t *testing.T, driver, home string, env ...string) *overHTTP {
	t.Helper()
	address := testkit.FreeAddr(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	launch(t, exec.Command(driver, "--port="+port), home, append(env, "LIBGL_ALWAYS_SOFTWARE=1", "NO_AT_BRIDGE=1")...)
	h := &overHTTP{address: "http://" + address}
	t.Cleanup(func() { // or the browser would outlive its driver
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, _ = h.do(ctx, "DeleteSession", nil)
	})
	return h
}

// startScreen starts an X server that draws into memory, and returns its name: it chooses
// a free one.
func startScreen(t *testing.T, program, home string) string {
	t.Helper()
	named, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = named.Close() }()
	c := exec.Command(program, "-displayfd", "3", "-screen", "0", "1400x2000x24", "-nolisten", "tcp")
	c.ExtraFiles = []*os.File{out}
	launch(t, c, home)
	_ = out.Close()
	number, err := bufio.NewReader(named).ReadString('\n')
	if err != nil {
		t.Fatalf("no screen: %v", errors.Join(err, c.Process.Signal(syscall.Signal(0))))
	}
	return ":" + strings.TrimSpace(number)
}
