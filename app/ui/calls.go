package ui

import (
	"errors"
	"time"

	"atalaya/app/internal/live"
	"atalaya/shared"
	"atalaya/shared/text"
)

// callTimeout bounds a request that a user waits for.
const callTimeout = 15 * time.Second

// codeOffline names the failure of a request on a device without a network.
const codeOffline = "offline"

// unreached reports whether a request failed because the server was not reached: whoever
// answered, it was not the server.
func unreached(err error) bool {
	_, refused := errors.AsType[*live.ProblemError](err)
	return err != nil && !refused
}

// refusedOption is the setting of an audit that the server refused, if that is why it failed.
func refusedOption(l text.Lang, err error) string {
	problem, ok := errors.AsType[*live.ProblemError](err)
	if !ok || problem.Problem.Code != shared.CodeOutOfRange || text.Option(l, problem.Problem.Field) == "" {
		return ""
	}
	return problem.Problem.Field
}

// failureCode is the code of a failed request for [text.Problem]: the server's
// own, or "network", "offline" or "foreign" when the server was not reached.
func failureCode(err error) string {
	if problem, ok := errors.AsType[*live.ProblemError](err); ok {
		return string(problem.Problem.Code)
	}
	if errors.Is(err, live.ErrForeign) {
		return "foreign"
	}
	if !live.Browser().Online() {
		return codeOffline
	}
	return "network"
}
