package ui

import (
	"encoding/json"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"atalaya/app/internal/browser"
	"atalaya/app/internal/live"
	"atalaya/shared"
)

const storyKey = "atalaya.story" // in localStorage

// followVisit keeps the story of the visit, which began when the browser was asked for the page,
// and tells it at its end. A page that comes back from the back/forward cache begins another.
func followVisit(d *device) {
	age := app.Window().Get("performance").Call("now").Float()
	d.began = time.Now().Add(-time.Duration(age * float64(time.Millisecond)))
	hear("pagehide", func(windowEvent) { d.tellStory() })
	hear("pageshow", func(e windowEvent) {
		if e.event.Get("persisted").Truthy() {
			d.story, d.began = live.Story{}, time.Now()
		}
	})
}

// noteStory adds a view to the story of the visit.
func (d *device) noteStory(v live.View) { d.story = d.story.Next(v, time.Since(d.began)) }

// tellStory tells the server how the visit fared, unless somebody minds.
func (d *device) tellStory() {
	told, ok := d.story.Told()
	if !ok || browser.AsksForPrivacy() || switchedOff(storyKey) {
		return
	}
	body, _ := json.Marshal(told) // numbers and a name always encode
	browser.Beacon(shared.PathStory, body)
}
