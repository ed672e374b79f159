// Durable appends of 1 KB entries to a log of Tessera's POSIX driver from many concurrent callers, as bench/ledger/append.ts does to
// ours. Prints entries per second and the 50th and 99th percentile of a call in milliseconds. With an age of 0 the
// driver's own defaults for batches stay.
package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"slices"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	folder := flag.String("folder", "", "where the log is made")
	callers := flag.Int("callers", 64, "concurrent callers")
	seconds := flag.Int("seconds", 4, "how long to measure, after one second that is not")
	age := flag.Duration("age", 0, "age of a batch")
	flag.Parse()
	ctx := context.Background()
	private, _, err := note.GenerateKey(rand.Reader, "bench.example/ledger")
	check(err)
	signer, err := note.NewSigner(private)
	check(err)
	driver, err := posix.New(ctx, posix.Config{Path: *folder})
	check(err)
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithPushback(1 << 20)
	if *age > 0 {
		options = options.WithBatching(4096, *age).WithCheckpointInterval(100 * time.Millisecond)
	}
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	check(err)
	warm := time.Now().Add(time.Second)
	end := warm.Add(time.Duration(*seconds) * time.Second)
	latencies := make([][]time.Duration, *callers)
	var done sync.WaitGroup
	for caller := range *callers {
		done.Go(func() {
			for n := uint32(0); ; n++ {
				entry := make([]byte, 1024)
				_, _ = rand.Read(entry)
				binary.BigEndian.PutUint32(entry, uint32(caller))
				before := time.Now()
				if before.After(end) {
					return
				}
				_, err := appender.Add(ctx, tessera.NewEntry(entry))()
				check(err)
				if before.After(warm) {
					latencies[caller] = append(latencies[caller], time.Since(before))
				}
			}
		})
	}
	done.Wait()
	all := slices.Concat(latencies...)
	slices.Sort(all)
	at := func(share float64) float64 {
		return float64(all[int(float64(len(all))*share)].Microseconds()) / 1000
	}
	fmt.Printf("{\"perSecond\": %f, \"p50Ms\": %f, \"p99Ms\": %f}\n", float64(len(all))/float64(*seconds), at(0.5), at(0.99))
	check(shutdown(ctx))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
