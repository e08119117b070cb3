package shared_test

import (
	"errors"
	"fmt"
	"os"

	"atalaya/shared"
)

// The decoder reads the data of an SSE frame or the body of a polling answer. It
// ignores fields that it does not know and refuses data that breaks the contract.
func ExampleDecodeAuditProgress() {
	data, err := os.ReadFile("testdata/running.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := shared.DecodeAuditProgress(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("audit %d of %s: %s, stage %s, %d %%\n", p.AuditID, p.URL, p.Status, p.Stage, p.Progress)

	_, err = shared.DecodeAuditProgress([]byte(`{"audit_id":7,"progress":"48"}`))
	fmt.Println(err)
	fmt.Println(errors.Is(err, shared.ErrInvalid))

	// Output:
	// audit 7 of https://www.example.com/: running, stage crawl, 48 %
	// invalid data: audit progress: revision: missing
	// true
}
