package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

// Error is a refusal that knows its answer.
type Error struct {
	Code shared.Code
	// Detail says in words what was wrong and how to mend it; it reaches the
	// client.
	Detail string
	// Field is the request's field at fault, empty when there is none.
	Field string
	// RetryAfter is when to come back, for 429 and 503; 0 draws one at random,
	// so that refused clients do not return in step.
	RetryAfter time.Duration
	// Err is the cause, for the log only; may be nil.
	Err error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Code) + ": " + e.Detail + ": " + e.Err.Error()
	}
	return string(e.Code) + ": " + e.Detail
}

func (e *Error) Unwrap() error { return e.Err }

// Rule ties an error of a part below to the code that clients see.
type Rule struct {
	Err  error
	Code shared.Code
	// Detail is what the client reads; empty shows the error's own words, which
	// must then be fit for strangers.
	Detail string
	// RetryAfter is about when to come back, for 429 and 503: the answer says
	// something between it and twice as long, so that refused clients do not return
	// in step. 0 stands for some seconds.
	RetryAfter time.Duration
}

// answer is the HTTP side of a code.
type answer struct {
	status int
	title  string
}

// answers is the one table from code to HTTP.
var answers = map[shared.Code]answer{
	shared.CodeBadJSON:         {400, "The body is not the JSON this request takes"},
	shared.CodeUnknownField:    {400, "The body has an unknown field"},
	shared.CodeBadID:           {400, "An audit id is a positive whole number"},
	shared.CodeBadQuery:        {400, "A query parameter cannot be read"},
	shared.CodeBadHeader:       {400, "A header cannot be read"},
	shared.CodeSignInState:     {400, "This browser has begun no such sign-in"},
	shared.CodeSignInReplayed:  {400, "This sign-in is over"},
	shared.CodeSignInCode:      {400, "The provider does not take the code any more"},
	shared.CodeUnauthorized:    {401, "Sign in first"},
	shared.CodeIDSignature:     {401, "The ID token is not signed by the provider"},
	shared.CodeIDIssuer:        {401, "The answer is from another provider"},
	shared.CodeIDAudience:      {401, "The ID token is for another client"},
	shared.CodeIDNonce:         {401, "The ID token is of another sign-in"},
	shared.CodeIDTime:          {401, "The ID token is not good at this time"},
	shared.CodeForbidden:       {403, "Your role does not allow this"},
	shared.CodeForbiddenOrigin: {403, "Requests from other sites are refused"},
	shared.CodeForbiddenHost:   {403, "The Host header does not name this server"},
	shared.CodeSignInDenied:    {403, "The provider did not let you sign in"},
	shared.CodeEmailUnverified: {403, "The provider has not verified your address"},
	shared.CodeNoRole:          {403, "You have no role here"},
	shared.CodePersonRevoked:   {403, "Your access was taken away"},
	shared.CodeNotFound:        {404, "Not found"},
	shared.CodeMethod:          {405, "Method not allowed"},
	shared.CodeNotAcceptable:   {406, "Not available in that form"},
	shared.CodeTerminal:        {409, "The audit has ended"},
	shared.CodeConflict:        {409, "The request contradicts the audit's state"},
	shared.CodePrecondition:    {412, "There is another revision by now"},
	shared.CodeTooLarge:        {413, "The body is too large"},
	shared.CodeMediaType:       {415, "The body must be JSON"},
	shared.CodeBadURL:          {422, "Not an address that can be audited"},
	shared.CodePrivateTarget:   {422, "The address points to a private network"},
	shared.CodeOutOfRange:      {422, "A value is out of range"},
	shared.CodeDifferentSites:  {422, "The audits are of different sites"},
	shared.CodeHeadersNotKept:  {422, "The audit's headers are not kept"},
	shared.CodeIdempotency:     {422, "The idempotency key was used with another body"},
	shared.CodeTooManyStreams:  {429, "Too many open streams"},
	shared.CodeQueueFull:       {429, "Too many audits are waiting"},
	shared.CodeHostBusy:        {429, "Too many audits of this host"},
	shared.CodeRateLimited:     {429, "Too many requests in a minute"},
	shared.CodeCallerLimited:   {429, "Too many audits started in an hour"},
	shared.CodeStoryLimited:    {429, "Too many stories told in an hour"},
	shared.CodeSignInLimited:   {429, "Too many attempts to sign in failed"},
	shared.CodeInternal:        {500, "Something went wrong here"},
	shared.CodeProviderOdd:     {502, "The sign-in provider's answer cannot be used"},
	shared.CodeUnavailable:     {503, "The database cannot do that at present"},
	shared.CodeDatabaseFull:    {503, "The database is full"},
	shared.CodeDatabaseRead:    {503, "The database can only be read"},
	shared.CodeDatabaseStandby: {503, "The database is a standby"},
	shared.CodeDatabaseMoved:   {503, "The database's files were removed or replaced"},
	shared.CodeDraining:        {503, "The server is shutting down"},
	shared.CodeOverloaded:      {503, "The server is full"},
	shared.CodeDescriptors:     {503, "The server has no room for another connection"},
	shared.CodeProviderDown:    {503, "The sign-in provider cannot be reached"},
	shared.CodeProviderSlow:    {504, "The sign-in provider took too long"},
}

// Problems turns errors into answers.
type Problems struct {
	// Page may answer a person, who wants a page and not what programs read; it returns
	// false for all others. Nil means that everybody is a program. It is to be set before
	// the first request.
	Page func(w http.ResponseWriter, r *http.Request, problem *shared.Problem) bool

	rules []Rule
	log   *slog.Logger
}

// NewProblems returns an answerer that knows rules; the first that matches by
// [errors.Is] wins.
func NewProblems(log *slog.Logger, rules ...Rule) *Problems {
	return &Problems{rules: rules, log: log}
}

// Fail answers a request with the problem that err stands for. It writes
// nothing when the client has gone.
func (p *Problems) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	e := p.classify(err)
	a := answers[e.Code]
	body := describe(e)
	body.Instance, body.RequestID = r.URL.Path, RequestID(r.Context())
	if a.status >= 500 && e.Err != nil { // a refusal without a cause, such as while draining, is no failure
		p.log.Error("request failed", "method", r.Method, "path", pathForLog(r), "code", e.Code,
			"request_id", RequestID(r.Context()), "err", err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests {
		wait := cmp.Or(e.RetryAfter, time.Duration(2+rand.IntN(9))*time.Second)
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	if p.Page != nil && p.Page(w, r, &body) {
		return
	}
	h.Set("Content-Type", shared.ProblemType)
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(body) // the client may have gone; there is nobody left to tell
	}
}

// Describe is the problem that err stands for, outside of an answer.
func (p *Problems) Describe(err error) *shared.Problem {
	body := describe(p.classify(err))
	return &body
}

func describe(e *Error) shared.Problem {
	a := answers[e.Code]
	return shared.Problem{
		Type: "/problems/" + string(e.Code), Title: a.title, Status: a.status,
		Detail: e.Detail, Code: e.Code, Field: e.Field,
	}
}

// classify finds the refusal in err; what nobody foresaw is internal.
func (p *Problems) classify(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	for _, rule := range p.rules {
		if errors.Is(err, rule.Err) {
			e := &Error{Code: rule.Code, Detail: cmp.Or(rule.Detail, reason(err, rule.Err)), Err: err}
			if rule.RetryAfter > 0 {
				e.RetryAfter = rule.RetryAfter + rand.N(rule.RetryAfter)
			}
			return e
		}
	}
	return &Error{Code: shared.CodeInternal, Detail: "The error was logged under the request id.", Err: err}
}

// reason is what err says from the refusal on. What stands before it names functions
// of the server, which is nobody's business.
func reason(err, refusal error) string {
	if _, after, found := strings.Cut(err.Error(), refusal.Error()); found {
		return refusal.Error() + after
	}
	return err.Error()
}
