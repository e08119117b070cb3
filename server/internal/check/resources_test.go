package check

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestWhatAPageLoads(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`<img src=/a.png srcset="/a.png 1x, /b,c.png 2x,/d.png, e.png (x,y) 3w">`: {
			"/a.png img src", "/b,c.png img srcset", "/d.png img srcset", "/e.png img srcset",
		},
		`<picture><source srcset=/w.webp><img src=" /p.png "></picture>`: {"/w.webp source srcset", "/p.png img src"},
		`<video poster=/v.png src=/v.mp4></video><input type=image src=/i.png><input src=/not.png>`: {
			"/v.png video poster", "/v.mp4 video src", "/i.png input src",
		},
		`<script src=/s.js></script><link rel="Stylesheet" href=/s.css><link rel=canonical href=/no>`: {
			"/s.js script src", "/s.css link stylesheet",
		},
		`<meta property=og:image content=/og.png><object data=/o.svg></object>`:                                    {"/o.svg object data", "/og.png og:image"},
		`<img src="data:image/png;base64,AA"><img src=""><img src="#x"><img src="blob:x"><img data-src=/lazy.png>`: nil,
		`<iframe src=/frame></iframe><template><img src=/t.png></template><noscript><img src=/n.png></noscript>`:   nil,
		`<base href=/deep/><img src=a:b.png><img src=x:y/z.png><img src=c.png>`:                                    {"/deep/c.png img src"},
	} {
		var got []string
		for _, r := range Parse(on(body)).Resources {
			got = append(got, strings.TrimPrefix(r.URL, "https://sitio.example")+" "+r.Markup)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", body, got, want)
		}
	}
	var many strings.Builder
	for i := range 3 * maxResources {
		many.WriteString("<img src=/" + strconv.Itoa(i) + ">")
	}
	if got := len(Parse(on(many.String())).Resources); got != maxResources {
		t.Errorf("%d of a page", got)
	}
}
