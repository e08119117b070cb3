package worker_test

import (
	"context"
	"fmt"
	"log"

	"atalaya/server/worker"
)

// A worker takes up what waits, reports and completes it.
func ExampleClient_Claim() {
	ctx := context.Background()
	server, err := startServer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer server.stop()

	client, err := worker.New(worker.Config{URL: server.url, Name: "importer"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Create(ctx, "nightly import"); err != nil { // elsewhere, as a rule
		log.Fatal(err)
	}
	job, err := client.Claim(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.Audit().URL, job.Audit().Status)
	if err := job.Report(ctx, worker.Progress{Percent: 40, Message: "reading page 12", Pages: 12}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.Audit().Progress, *job.Audit().Message)
	if err := job.Finish(ctx, worker.Result{Score: new(82), Pages: 310}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.Audit().Status, *job.Audit().GeoScore)
	// Output:
	// nightly import running
	// 40 reading page 12
	// completed 82
}
