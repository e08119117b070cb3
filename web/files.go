package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"atalaya/shared"
	"atalaya/shared/text"
	"atalaya/web/internal/packed"
)

// client is the name of the WebAssembly program, in the build folder and under
// /web/.
const client = "app.wasm"

// source is the name of the archive of the program's sources, in the same two places.
const source = "source.tar.gz"

// prefix is where the files live; "v-" marks the segment that names a version.
const (
	prefix        = "/web/"
	versionMarker = "v-"
)

// manifestAddress is where browsers ask for the app's manifest.
const manifestAddress = "/manifest.webmanifest"

// aliases are the fixed addresses that browsers and robots ask for.
var aliases = map[string]string{
	"/robots.txt":  "static/robots.txt",
	"/favicon.ico": "static/icons/icon-32.png",
}

// manifests are those of the app by the language of their words. Browsers ask for a manifest
// without cookies, so the language is theirs.
var manifests = map[text.Lang]string{
	text.EN: "static/manifest.webmanifest",
	text.ES: "static/manifest.es.webmanifest",
}

// contentTypes also decides what is served: a file of another kind has no
// business in the folder.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".gz":          "application/gzip",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
}

// Files serves the static files. Create one with [Embedded] or [Load].
type Files struct {
	files   map[string]*file // by name under /web/
	version string
}

type file struct {
	contentType string
	sum         string
	variants    map[string]variant // by content coding; "" is the file as it is
}

// variant is one form of a file. Its bytes stay where they are, which for embedded
// ones is the program itself: no copy of the client lies in memory.
type variant struct {
	folder fs.FS
	name   string
	size   int
}

// findVariant returns the variant that is a file of the folder; its error may wrap
// [fs.ErrNotExist].
func findVariant(folder fs.FS, name string) (variant, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return variant{}, err
	}
	return variant{folder, name, int(info.Size())}, nil
}

func (v variant) sum() (string, error) {
	f, err := v.folder.Open(v.name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return packed.SumOf(f)
}

func (v variant) writeTo(w io.Writer) error {
	f, err := v.folder.Open(v.name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// Load reads the folders static and build. The client may be missing, the
// archive of the sources and a compressed file too; a file of an unknown kind is an error.
func Load(static, build fs.FS) (*Files, error) {
	index, err := packed.Read(build)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	f := &Files{files: map[string]*file{}}
	err = fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		v, err := findVariant(static, name)
		if err != nil {
			return err
		}
		return f.add("static/"+name, v, build, index)
	})
	if err != nil {
		return nil, fmt.Errorf("web: load static files: %w", err)
	}
	if err := f.addBuilt(client, build, index); err != nil {
		return nil, err
	}
	f.version = f.hash()
	// Not part of the version: a client is not renewed because a test has changed.
	if err := f.addBuilt(source, build, index); err != nil {
		return nil, err
	}
	return f, nil
}

// addBuilt adds a file of the build folder, if it has been built.
func (f *Files) addBuilt(name string, build fs.FS, index packed.Index) error {
	v, err := findVariant(build, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = f.add(name, v, build, index)
	}
	if err != nil {
		return fmt.Errorf("web: load %s: %w", name, err)
	}
	return nil
}

func (f *Files) add(name string, plain variant, build fs.FS, index packed.Index) error {
	contentType, ok := contentTypes[path.Ext(name)]
	if !ok {
		return fmt.Errorf("%s: no content type for this kind of file", name)
	}
	sum, err := plain.sum()
	if err != nil {
		return err
	}
	added := &file{contentType: contentType, sum: sum, variants: map[string]variant{"": plain}}
	f.files[name] = added
	if index[name].SHA256 != added.sum {
		return nil
	}
	for coding, suffix := range map[string]string{"br": ".br", "gzip": ".gz"} {
		switch v, err := findVariant(build, name+suffix); {
		case err == nil:
			added.variants[coding] = v
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// hash covers whatever a client could have kept from an earlier version: the
// files, and the worker that keeps them.
func (f *Files) hash() string {
	h := sha256.New()
	fmt.Fprintln(h, "worker", packed.Sum([]byte(worker)))
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		fmt.Fprintln(h, name, f.files[name].sum)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Version identifies the content of all files and of the service worker: 16
// hexadecimal digits, the same at every start of the same build.
func (f *Files) Version() string { return f.version }

// HasClient reports whether the client was built before the server was.
func (f *Files) HasClient() bool { return f.files[client] != nil }

// ClientSize is the length of the client before compression, in bytes; 0
// without a client.
func (f *Files) ClientSize() int {
	if !f.HasClient() {
		return 0
	}
	return f.files[client].variants[""].size
}

// Has reports whether a file exists; name is the part after /web/.
func (f *Files) Has(name string) bool { return f.files[name] != nil }

// Resolve turns the address of a file, such as "/web/static/old.js", into the
// one that may be kept for ever. Other addresses stay as they are. It makes
// Files a resource resolver of go-app.
func (f *Files) Resolve(location string) string {
	rest, ok := strings.CutPrefix(location+"/", prefix)
	if !ok || strings.HasPrefix(rest, versionMarker) {
		return location
	}
	return strings.TrimSuffix(prefix+versionMarker+f.version+"/"+rest, "/")
}

// ServeHTTP answers GET and HEAD for the files under /web/ and for
// /manifest.webmanifest (in the browser's language), /robots.txt and /favicon.ico:
// compressed as the client accepts, with a strong ETag per content coding. There are no listings; what
// is not a file is 404.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "Only GET and HEAD are allowed here.", http.StatusMethodNotAllowed)
		return
	}
	found, versioned := f.find(r.URL.Path)
	if r.URL.Path == manifestAddress {
		found = f.files[cmp.Or(manifests[text.Accept(r.Header.Get("Accept-Language"))], manifests[text.EN])]
		h.Add("Vary", "Accept-Language")
	}
	if found == nil {
		h.Set("Cache-Control", "no-cache")
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	if versioned {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	coding, chosen := found.choose(strings.Join(r.Header.Values("Accept-Encoding"), ","))
	if len(found.variants) > 1 {
		h.Add("Vary", "Accept-Encoding")
	}
	etag := found.etag(coding)
	h.Set("ETag", etag)
	if shared.IfNoneMatch(r.Header.Values("If-None-Match")).Match(etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", found.contentType)
	h.Set("Content-Length", strconv.Itoa(chosen.size))
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	if r.Method == http.MethodHead {
		return
	}
	_ = chosen.writeTo(w) // the client went away: nobody is left to tell
}

// find looks a path up; versioned is true when it names this very version of a file that
// is part of it.
func (f *Files) find(urlPath string) (found *file, versioned bool) {
	if name, ok := aliases[urlPath]; ok {
		return f.files[name], false
	}
	name, ok := strings.CutPrefix(urlPath, prefix)
	if !ok {
		return nil, false
	}
	if rest, ok := strings.CutPrefix(name, versionMarker); ok {
		var version string
		version, name, _ = strings.Cut(rest, "/")
		versioned = version == f.version && name != source
	}
	return f.files[name], versioned
}

func (f *file) choose(accept string) (coding string, v variant) {
	offers := make([]string, 0, 2)
	for _, c := range [...]string{"br", "gzip"} {
		if _, ok := f.variants[c]; ok {
			offers = append(offers, c)
		}
	}
	coding = Encoding(accept, offers...)
	return coding, f.variants[coding]
}

// etag differs per coding, as a strong tag must: the bytes differ. The coding stands
// behind a dot, because what a proxy appends stands behind a hyphen.
func (f *file) etag(coding string) string {
	if coding == "" {
		return `"` + f.sum[:16] + `"`
	}
	return `"` + f.sum[:16] + "." + coding + `"`
}
