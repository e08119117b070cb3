// Command samples is a worker in Go. It takes up the external audit that has waited longest,
// reports on it and completes it:
//
//	ATALAYA_TOKEN=atl_… go run ./server/worker/samples https://audits.example
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"atalaya/server/worker"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client, err := worker.New(worker.Config{URL: os.Args[1], Token: os.Getenv("ATALAYA_TOKEN")})
	if err == nil {
		err = work(ctx, client)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func work(ctx context.Context, client *worker.Client) error {
	job, err := client.Claim(ctx)
	if err != nil {
		return err
	}
	for page := 1; page < 10; page++ { // the work itself stands here
		err := job.Report(ctx, worker.Progress{
			Percent: 10 * page, Message: fmt.Sprintf("reading page %d", page), Pages: page,
		})
		if err != nil {
			return err
		}
	}
	return job.Finish(ctx, worker.Result{Score: new(82), Pages: 10})
}
