package check

import (
	"slices"

	"golang.org/x/net/html/atom"
)

// maxTables bounds how many tables within tables are told apart.
const maxTables = 32

// table is one that is open.
type table struct {
	markup []byte   // its start tag
	text   gathered // of its beginning
	// data says that it holds data, by what nobody writes for the sake of looks alone;
	// layout that it does not, and header that a cell heads others.
	data, layout, header bool
	rows, cells, widest  int // cells are those of the open row
}

// tablePart takes in the start of a table or of a part of one.
func (c *collector) tablePart(tag string, a atom.Atom, at attrs) {
	if a == atom.Table {
		c.openTable(tag, at)
		return
	}
	if len(c.tables) == 0 {
		return
	}
	t := &c.tables[len(c.tables)-1]
	switch a {
	case atom.Caption, atom.Thead:
		t.data = true
	case atom.Tr:
		t.rows++
		t.cells = 0
	case atom.Td, atom.Th:
		t.cells++
		t.widest = max(t.widest, t.cells)
		t.header = t.header || a == atom.Th || isHeaderCell(at)
		c.tableText([]byte(" "))
	}
}

// isHeaderCell reports whether a cell heads others, or says which ones head it.
func isHeaderCell(at attrs) bool {
	return at.has("scope") || at.has("headers") || slices.Contains([]string{"columnheader", "rowheader"}, at.get("role"))
}

// openTable notes a table. One that holds another is there for its looks.
func (c *collector) openTable(tag string, at attrs) {
	if n := len(c.tables); n > 0 {
		c.tables[n-1].layout = true
	}
	if len(c.tables) == maxTables {
		c.tablesBeyond++
		return
	}
	var room table // that of an earlier table
	if n := len(c.tables); n < cap(c.tables) {
		room = c.tables[:n+1][n]
	}
	border := at.get("border")
	c.tables = append(c.tables, table{
		markup: appendStartTag(room.markup[:0], tag, at), text: room.text[:0],
		data:   border != "" && border != "0",
		layout: isDecoration(at.get("role")) || c.cur&(inHidden|inUnshown|inSilent) != 0,
	})
}

// closeTable judges the table that ends, if it is sure to be one of data.
func (c *collector) closeTable() {
	if c.tablesBeyond > 0 {
		c.tablesBeyond--
		return
	}
	n := len(c.tables)
	if n == 0 {
		return
	}
	t := c.tables[n-1]
	c.tables = c.tables[:n-1]
	if !t.data || t.layout || t.rows < 2 || t.widest < 2 {
		return
	}
	c.p.DataTables++
	if !t.header {
		c.p.Headless.add(string(t.markup) + cutMarked(sanitise(t.text.String(), maxText), maxOutline))
	}
}

// tableText keeps what the open table begins with, as long as it may be at fault.
func (c *collector) tableText(s []byte) {
	if n := len(c.tables); n > 0 {
		if t := &c.tables[n-1]; t.data && !t.layout && !t.header {
			t.text.add(s, maxOutline)
		}
	}
}
