package export

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"

	"atalaya/shared"
)

// writeJSON writes the report as it travels. A whole one has the pages and the findings as
// two members more, which come last because they are as long as the site.
func (e *Export) writeJSON(ctx context.Context, w *bufio.Writer) error {
	body, err := json.Marshal(e.Report)
	if err != nil {
		return err
	}
	if !e.Whole {
		_, err = w.Write(append(body, '\n'))
		return err
	}
	open := body[:len(body)-1] // without its last brace
	if _, err := w.Write(open); err != nil {
		return err
	}
	if err := writeArray(w, `,"pages":`, e.pages(ctx)); err != nil {
		return err
	}
	if err := writeArray(w, `,"findings":`, e.findings(ctx, shared.FindingQuery{})); err != nil {
		return err
	}
	_, err = w.WriteString("}\n")
	return err
}

// writeArray writes values as a JSON array, after lead.
func writeArray[T any](w io.Writer, lead string, values iter.Seq2[T, error]) error {
	separator := lead + "["
	for v, err := range values {
		if err != nil {
			return err
		}
		body, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		separator = ","
	}
	if separator != "," {
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]")
	return err
}
