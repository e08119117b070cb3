package crawl

import "strings"

// textBlocks keeps texts for as long as it lives, many of them in one allocation. The
// zero value is empty.
type textBlocks struct {
	block strings.Builder
	kept  int // bytes, of all texts
}

const textBlock = 64 << 10

// keep returns a copy of s.
func (t *textBlocks) keep(s string) string {
	t.kept += len(s)
	if len(s) > textBlock/16 {
		return strings.Clone(s)
	}
	if t.block.Len()+len(s) > t.block.Cap() {
		t.block = strings.Builder{} // the texts in the old one keep it
		t.block.Grow(textBlock)
	}
	start := t.block.Len()
	t.block.WriteString(s)
	return t.block.String()[start:]
}

// names gives texts that repeat a number each. The zero value is empty.
type names struct {
	list  []string
	known map[string]int32
}

// number returns the place of s in the list, where it is put when it is new.
func (n *names) number(s string) int32 {
	if i, known := n.known[s]; known {
		return i
	}
	if n.known == nil {
		n.known = map[string]int32{}
	}
	i := int32(len(n.list))
	n.known[s] = i
	n.list = append(n.list, s)
	return i
}
