package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"atalaya/shared"
)

// ErrFile is returned for what is no whole report.
var ErrFile = errors.New("no whole report in JSON, as atalaya report --format json writes it")

// Read reads a whole report in JSON. Evidence, which is most of it, is dropped on the way.
func Read(r io.Reader) (Side, error) {
	f := file{members: map[string]json.RawMessage{}, found: map[string][]Finding{}}
	if err := f.read(json.NewDecoder(r)); err != nil {
		return Side{}, fmt.Errorf("%w: %w", ErrFile, err)
	}
	report, err := f.report()
	if err != nil {
		return Side{}, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return Side{Report: report, Pages: f.inOrder()}, nil
}

// file is a report as it is read.
type file struct {
	members map[string]json.RawMessage // all but pages and findings
	pages   []Page
	found   map[string][]Finding // by the addresses of pages
	whole   bool                 // it has pages and findings
}

func (f *file) read(d *json.Decoder) error {
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		if err := f.readMember(d); err != nil {
			return err
		}
	}
	return expect(d, '}')
}

func (f *file) readMember(d *json.Decoder) error {
	name, err := d.Token()
	if err != nil {
		return err
	}
	switch name {
	case "pages":
		return each(d, func(p *shared.Page) { f.pages = append(f.pages, pageOf(p)) })
	case "findings":
		f.whole = true // they come last
		return each(d, func(v *shared.Finding) { f.found[v.PageURL] = append(f.found[v.PageURL], findingOf(v)) })
	}
	var value json.RawMessage
	err = d.Decode(&value)
	f.members[fmt.Sprint(name)] = value
	return err
}

// report is all of the file but its pages and findings.
func (f *file) report() (*shared.Report, error) {
	if !f.whole {
		return nil, errors.New("it has no list of findings")
	}
	body, err := json.Marshal(f.members)
	if err != nil {
		return nil, err
	}
	var r shared.Report
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, err
	}
	if r.Version != shared.ReportVersion {
		return nil, fmt.Errorf("its version is %d, and this program reads %d", r.Version, shared.ReportVersion)
	}
	return &r, nil
}

// inOrder gives the pages with their findings, the site as a whole first.
func (f *file) inOrder() iter.Seq2[Page, error] {
	pages := map[string]Page{}
	for _, p := range f.pages {
		pages[p.URL] = p
	}
	pages[""] = wholeSite()
	return func(yield func(Page, error) bool) {
		for _, url := range slices.Sorted(maps.Keys(pages)) {
			p := pages[url]
			p.Findings = f.found[url]
			if !yield(p, nil) {
				return
			}
		}
	}
}

// each reads a JSON array value by value.
func each[T any](d *json.Decoder, take func(*T)) error {
	if err := expect(d, '['); err != nil {
		return err
	}
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		take(&v)
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err == nil && token != want {
		err = fmt.Errorf("%v where %v should stand", token, want)
	}
	return err
}
