package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"

	"atalaya/server/internal/check"
	"atalaya/server/internal/work"
	"atalaya/shared"
)

// state is what a visit leaves in the store beside its page, so that another
// attempt can go on as if it had made the visit itself.
type state struct {
	Version  int              `json:"v"`
	Facts    json.RawMessage  `json:"f"`
	Findings []shared.Finding `json:"p,omitempty"`
	work.PageLinks
	Loads  []outward         `json:"loads,omitempty"`
	Places []outward         `json:"places,omitempty"`
	Wires  map[string]string `json:"wires,omitempty"`
	Cut    bool              `json:"c,omitempty"`
}

const (
	stateVersion = 1
	// maxState bounds what is read back, in bytes: far above the 5,000 links a
	// page keeps.
	maxState = 64 << 20
)

// errState says that a stored state is of no use, and that the page must be fetched
// again.
var errState = errors.New("unusable state of a page")

// record is what the store keeps of the visit.
func (v *visit) record() (work.PageRecord, error) {
	facts, err := v.facts.Encode()
	if err != nil {
		return work.PageRecord{}, err
	}
	plain, err := json.Marshal(state{
		stateVersion, facts, v.findings, work.PageLinks{Links: v.links, Texts: v.texts, Outward: v.outward},
		v.loads, v.fragments, v.wires, v.cut,
	})
	if err != nil {
		return work.PageRecord{}, fmt.Errorf("audit: encode state of %.200q: %w", v.page.URL, err)
	}
	packed, err := pack(plain)
	if err != nil {
		return work.PageRecord{}, fmt.Errorf("audit: pack state of %.200q: %w", v.page.URL, err)
	}
	return work.PageRecord{Page: v.page, Findings: v.findings, State: packed}, nil
}

// packers are writers for use again: a new one takes longer than the packing, and
// more than half a megabyte.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic(err) // only of a level that does not exist
	}
	return w
}}

// pack compresses: links repeat their prefixes, and take a tenth. For records of some
// kilobytes, the standard library's compressor takes three times as long.
func pack(plain []byte) ([]byte, error) {
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	var packed bytes.Buffer
	w.Reset(&packed)
	_, err := w.Write(plain)
	err = errors.Join(err, w.Close())
	w.Reset(nil) // packed belongs to the caller
	return packed.Bytes(), err
}

// forgetLinks leaves the links to the state that they were restored from.
func (v *visit) forgetLinks(state []byte) {
	v.stored, v.links, v.texts, v.wires, v.outward, v.loads, v.fragments = state, nil, nil, nil, nil, nil, nil
}

// withLinks is the visit with the links that it forgot.
func (v *visit) withLinks() (*visit, error) {
	if v.stored == nil {
		return v, nil
	}
	return restoreVisit(work.PageRecord{Page: v.page, State: v.stored})
}

// glimpse is a visit of which only the page is known, and what its links are restored from.
func glimpse(r work.PageRecord) *visit { return &visit{page: r.Page, stored: r.State} }

// restoreVisit is the inverse of record; its errors wrap errState.
func restoreVisit(r work.PageRecord) (*visit, error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(r.State)), maxState))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	var s state
	if err := json.Unmarshal(plain, &s); err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%w: version %d", errState, s.Version)
	}
	facts, err := check.DecodeFacts(s.Facts)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errState, err)
	}
	v := &visit{
		page: r.Page, findings: s.Findings, facts: facts, links: s.Links, texts: s.Texts, wires: s.Wires, outward: s.Outward,
		loads: s.Loads, fragments: s.Places, cut: s.Cut,
	}
	v.page.ID, v.page.Depth = 0, facts.Depth
	v.derive()
	return v, nil
}
