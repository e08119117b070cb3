package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"atalaya/web/internal/packed"
)

// need finds a program, or skips the test where it may be missing.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("ATALAYA_REQUIRE_ALL") != "" {
			t.Fatalf("%s is required here: %v", program, err)
		}
		t.Skipf("no %s here", program)
	}
	return path
}

func TestManifest(t *testing.T) {
	r := get(Embedded(), "GET", "/manifest.webmanifest", nil)
	type icon struct {
		Src, Type, Sizes, Purpose string
		FormFactor                string `json:"form_factor"`
	}
	var m struct {
		ID, Name, Lang, Scope, Display string
		ShortName                      string `json:"short_name"`
		StartURL                       string `json:"start_url"`
		Icons, Screenshots             []icon
		ShareTarget                    struct{ Action, Method string } `json:"share_target"`
		LaunchHandler                  struct {
			ClientMode []string `json:"client_mode"`
		} `json:"launch_handler"`
		Shortcuts []struct {
			Name, URL string
			Icons     []icon
		}
	}
	if err := json.Unmarshal([]byte(body(t, r)), &m); err != nil {
		t.Fatalf("manifest: %v", err)
	}
	if got, want := r.Header.Get("Content-Type"), "application/manifest+json"; got != want {
		t.Errorf("Content-Type %q, want %q", got, want)
	}
	if m.ID != "/" || m.Scope != "/" || m.Name == "" || m.ShortName == "" || m.StartURL == "" || m.Lang == "" ||
		m.Display != "standalone" || len(m.Shortcuts) < 2 ||
		len(m.LaunchHandler.ClientMode) == 0 || m.ShareTarget.Action != "/new" || m.ShareTarget.Method != "GET" {
		t.Errorf("a member is missing: %+v", m)
	}
	for _, form := range []string{"narrow", "wide"} {
		if !slices.ContainsFunc(m.Screenshots, func(i icon) bool { return i.FormFactor == form }) {
			t.Errorf("no screenshot of a window that is %s", form)
		}
	}
	icons := append(m.Icons, m.Screenshots...)
	for _, s := range m.Shortcuts {
		icons = append(icons, s.Icons...)
	}
	purposes := map[string]bool{}
	for _, i := range icons {
		purposes[i.Purpose] = true
		r := get(Embedded(), "GET", i.Src, nil)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != i.Type {
			t.Errorf("%s: got %d %s, want 200 %s", i.Src, r.StatusCode, r.Header.Get("Content-Type"), i.Type)
			continue
		}
		if i.Type != "image/png" {
			continue
		}
		c, err := png.DecodeConfig(strings.NewReader(body(t, r)))
		if got := fmt.Sprintf("%dx%d", c.Width, c.Height); err != nil || got != i.Sizes {
			t.Errorf("%s is %s (%v), the manifest says %s", i.Src, got, err, i.Sizes)
		}
	}
	for _, p := range []string{"any", "maskable", "monochrome"} {
		if !purposes[p] {
			t.Errorf("no icon for the purpose %s", p)
		}
	}
}

// The manifests say the same in other words.
func TestManifestSpeaksTheLanguageOfTheBrowser(t *testing.T) {
	words := regexp.MustCompile(`"(lang|description|label|name)": "[^"]*"`)
	of := func(language string) (said []string, rest string) {
		r := get(Embedded(), "GET", manifestAddress, map[string]string{"Accept-Language": language})
		if vary := r.Header.Values("Vary"); !slices.Contains(vary, "Accept-Language") {
			t.Errorf("%s: Vary %q", language, vary)
		}
		b := body(t, r)
		return words.FindAllString(b, -1), words.ReplaceAllString(b, "")
	}
	english, rest := of("fr")
	spanish, other := of("es-MX,es;q=0.9,en;q=0.8")
	if rest != other {
		t.Errorf("the manifests differ in more than words:\n%s\n%s", rest, other)
	}
	for i, said := range english {
		if said == spanish[i] && said != `"name": "Atalaya"` {
			t.Errorf("in Spanish, too: %s", said)
		}
	}
	if english[2] != `"lang": "en"` || spanish[2] != `"lang": "es"` {
		t.Errorf("%q, %q", english, spanish)
	}
}

func TestFixedAddresses(t *testing.T) {
	for _, path := range append(slices.Collect(maps.Keys(aliases)), manifestAddress) {
		if r := get(Embedded(), "GET", path, nil); r.StatusCode != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, r.StatusCode)
		}
	}
}

// TestOldBrowsers runs old.js under Node in a world with fewer and fewer
// features and looks where it sends the browser, and which look it gives the page.
func TestOldBrowsers(t *testing.T) {
	node := need(t, "node")
	const program = `
const vm = require("vm"), fs = require("fs");
const script = fs.readFileSync("static/old.js", "utf8");
const answers = {};
function run(name, pathname, change, cookie = "") {
  let to = "";
  const worn = new Map([["data-theme", "light"]]);
  const world = {
    document: { cookie, documentElement: {
      setAttribute(name, value) { worn.set(name, value); }, removeAttribute(name) { worn.delete(name); },
    } },
    location: { pathname, replace(u) { to = u; } },
    fetch, Promise, ReadableStream, TextDecoder, URLSearchParams, WebAssembly, Uint8Array,
  };
  change(world);
  vm.runInNewContext(script, new Proxy(world, { has: () => true, get: (w, k) => w[k] }));
  answers[name] = to;
  answers[name + " wears"] = [...worn].join(" ");
}
run("able", "/audits/7", () => {});
run("chosen", "/", () => {}, "atalaya_lang=es; atalaya_theme=dark; atalaya_density=compact");
run("spoilt", "/", () => {}, "xatalaya_theme=dark; atalaya_theme=darker; atalaya_density=\"><b>");
run("no WebAssembly", "/audits/7", (w) => { delete w.WebAssembly; });
run("no fetch", "/", (w) => { delete w.fetch; });
run("no streams", "/audits/12/report", (w) => { delete w.ReadableStream; });
run("no typed arrays", "/audits/7x", (w) => { delete w.Uint8Array; });
for (const [name, opcode] of [["truncation", [252, 0, 192]], ["sign extension", [192]], ["memory.fill", [252, 11]]]) {
  // An engine without the instruction takes its opcode for an unknown one.
  let used = false;
  run("no " + name, "/audits/7", (w) => {
    w.WebAssembly = { validate(bytes) {
      const b = Uint8Array.from(bytes);
      const at = b.findIndex((_, i) => opcode.every((o, j) => b[i + j] === o));
      used = at >= 0;
      b[at + (opcode[0] === 252 ? 1 : 0)] = 255;
      return WebAssembly.validate(b);
    } };
  });
  if (!used) answers["no " + name] = "the program does not use it";
}
console.log(JSON.stringify(answers));`
	cmd := exec.Command(node, "-e", program)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var got map[string]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"able":              "",
		"no WebAssembly":    "/audits/7/basic?old=1",
		"no fetch":          "/basic?old=1",
		"no streams":        "/audits/12/basic?old=1",
		"no typed arrays":   "/basic?old=1",
		"no truncation":     "/audits/7/basic?old=1",
		"no sign extension": "/audits/7/basic?old=1",
		"no memory.fill":    "/audits/7/basic?old=1",
		"able wears":        "",
		"chosen wears":      "data-theme,dark data-density,compact",
		"spoilt wears":      "",
	} {
		if got[name] != want {
			t.Errorf("%s: sent to %q, want %q", name, got[name], want)
		}
	}
}

// TestSwaggerUIIsAsPublished compares its files with those of npm's swagger-ui-dist 5.35.0.
func TestSwaggerUIIsAsPublished(t *testing.T) {
	for name, want := range map[string]string{
		"swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
		"swagger-ui.css":       "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
	} {
		content, err := staticFiles.ReadFile("static/swagger-ui/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got := packed.Sum(content); got != want {
			t.Errorf("%s has the sum %s, want %s", name, got, want)
		}
	}
}
