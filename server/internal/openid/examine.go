package openid

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"atalaya/shared"
)

// Examination is what was found out about a provider that works.
type Examination struct {
	// Keys is how many keys it publishes.
	Keys int
	// Skew is how far its clock is from ours, to a second.
	Skew time.Duration
}

// Examine asks the provider for all that it is asked for before people come. It fails with
// a *[Refusal].
func (p *Provider) Examine(ctx context.Context) (found Examination, err error) {
	if refusal := p.discover(ctx); refusal != nil {
		return found, refusal
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.discovered.Load().keysAddress, http.NoBody)
	if err != nil {
		return found, refusedFor(shared.CodeProviderOdd, err)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return found, refusedFor(answerCode(err), err)
	}
	defer answer.Body.Close()
	var published struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&published); err != nil || len(published.Keys) == 0 {
		return found, refused(shared.CodeProviderOdd, "it publishes no keys")
	}
	found.Keys = len(published.Keys)
	if said, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		found.Skew = time.Until(said).Truncate(time.Second)
	}
	return found, nil
}
