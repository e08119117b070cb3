package crawl

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Sixty sitemaps that never end hold nobody up for longer than the time for sitemaps.
func TestTarpitsAreLeftWhenTheTimeForSitemapsIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := func(conn net.Conn) {
			defer conn.Close()
			request, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
			if request.URL.Path == "/sitemap.xml" {
				var b strings.Builder
				for i := range 60 {
					fmt.Fprintf(&b, "<sitemap><loc>http://tarpit.example/%d.xml</loc></sitemap>", i)
				}
				io.WriteString(conn, "<sitemapindex>"+b.String()+"</sitemapindex>")
				return
			}
			for {
				if _, err := io.WriteString(conn, "x"); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}
		f := testFetcher(t, Config{})
		f.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go answer(server)
			return client, nil
		}
		home := &url.URL{Scheme: "http", Host: "tarpit.example", Path: "/"}
		began := time.Now()
		set, err := f.SitemapsOf(t.Context(), &Robots{URL: "http://tarpit.example/robots.txt"}, home, NewScope(home), SitemapLimits{})
		if took := time.Since(began); err != nil || took > 61*time.Second {
			t.Errorf("it took %v, %v", took, err)
		}
		if last := set.Problems[len(set.Problems)-1]; last.Kind != SitemapCap || !strings.Contains(last.Text, "1m0s") {
			t.Errorf("problems %+v", set.Problems)
		}
		if n := len(set.Files); n < 4 || set.Files[1].Failure == nil || set.Files[n-1].Failure == nil {
			t.Errorf("files %+v", set.Files)
		}
		synctest.Wait()
		time.Sleep(2 * time.Second) // the last tarpit sees its connection closed
	})
}
