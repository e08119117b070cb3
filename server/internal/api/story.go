package api

import (
	"cmp"
	"fmt"
	"net/http"

	"atalaya/shared"
)

// takeStory handles POST /api/v1/client-story, by which a browser tells, once per visit and as it
// leaves, how its streams fared. Nobody reads the answer.
func (a *API) takeStory(w http.ResponseWriter, r *http.Request) error {
	var told shared.ClientStory
	tooLarge := fmt.Sprintf("A story has at most %d bytes.", shared.StoryBodyMax)
	if err := decodeSmall(w, r, &told, shared.StoryBodyMax, tooLarge); err != nil {
		return err
	}
	if err := checkStory(told); err != nil {
		return err
	}
	if err := a.Story(r, told); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// checkStory holds a story to its bounds, so that one that is made up moves no sum by more than a
// bad day would.
func checkStory(told shared.ClientStory) error {
	if after := told.UsefulAfterMS; after != nil && (*after < 0 || *after > shared.StoryUsefulMax) {
		return outOfRange("useful_after_ms", fmt.Sprintf("useful_after_ms is 0 to %d.", shared.StoryUsefulMax))
	}
	if why := told.Fallback; why != nil && (*why == "" || len(*why) > shared.StoryCauseMax) {
		return outOfRange("fallback", fmt.Sprintf("fallback has 1 to %d bytes.", shared.StoryCauseMax))
	}
	return cmp.Or(checkTally("reconnects", told.Reconnects), checkTally("stalls", told.Stalls))
}

// checkTally holds to its bounds how often something happened in a visit.
func checkTally(field string, n int) error {
	if n < 0 || n > shared.StoryCountMax {
		return outOfRange(field, fmt.Sprintf("%s is 0 to %d.", field, shared.StoryCountMax))
	}
	return nil
}
