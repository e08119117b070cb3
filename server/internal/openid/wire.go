package openid

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"atalaya/shared"
)

const (
	// answerMax bounds one answer of the provider, in bytes decoded. Discovery, keys and
	// tokens take some thousands.
	answerMax = 256 << 10
	// answerTime bounds one question to the provider, its answer included.
	answerTime = 10 * time.Second
	// questionsMax is how many questions the provider is asked at once.
	questionsMax = 8
)

var (
	errHuge     = fmt.Errorf("openid: the answer is longer than %d bytes", answerMax)
	errRedirect = errors.New("openid: the answer leads elsewhere")
	errBroken   = errors.New("openid: the provider has trouble of its own")
	errStatus   = errors.New("openid: the provider does not give what was asked for")
)

// newClient is the client that asks the provider. It follows nobody elsewhere: what it
// sends may hold the client's secret.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxConnsPerHost = questionsMax
	return &http.Client{
		Transport:     bounded{transport},
		Timeout:       answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

// bounded reads whole answers, up to answerMax. The libraries above read all there is, lose
// the cause of what fails then, and quote whole answers in their errors. A POST asks for
// tokens, and its refusal says why.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMax+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > answerMax:
		return nil, errHuge
	case res.StatusCode >= http.StatusInternalServerError:
		return nil, fmt.Errorf("%w: %d", errBroken, res.StatusCode)
	case res.StatusCode >= http.StatusBadRequest && r.Method == http.MethodGet:
		return nil, fmt.Errorf("%w: %d", errStatus, res.StatusCode)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// wireCode says what went wrong between the provider and us; it is empty if nothing did, and
// the answer itself was the trouble.
func wireCode(err error) shared.Code {
	var network net.Error
	var failed *url.Error
	switch {
	case errors.Is(err, errHuge), errors.Is(err, errRedirect), errors.Is(err, errStatus):
		return shared.CodeProviderOdd
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return shared.CodeProviderSlow
	case errors.As(err, &failed):
		return shared.CodeProviderDown
	}
	return ""
}

// answerCode is wireCode where all else is an answer that cannot be used.
func answerCode(err error) shared.Code { return cmp.Or(wireCode(err), shared.CodeProviderOdd) }
