// write-log has Tessera's POSIX driver write a log: write-log FOLDER KEY FROM TO appends the entries of those numbers in one session. KEY
// is a file with the secret key of the log, made on first use with the public one beside it. Prints the index of each entry.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const (
	name      = "tessera.example/log"
	interval  = 100 * time.Millisecond
	batchSize = 100
)

func main() {
	if err := write(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(ctx context.Context, args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("write-log FOLDER KEY FROM TO")
	}
	from, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	to, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	signer, err := openKey(args[1])
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: args[0]})
	if err != nil {
		return err
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithBatching(batchSize, interval).
		WithCheckpointInterval(interval)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return err
	}
	futures := make([]tessera.IndexFuture, 0, to-from)
	for n := from; n < to; n++ {
		futures = append(futures, appender.Add(ctx, tessera.NewEntry(entry(n))))
	}
	for _, future := range futures {
		index, err := future()
		if err != nil {
			return err
		}
		fmt.Println(index.Index)
	}
	// Returns once every entry is in a published checkpoint.
	return shutdown(ctx)
}

// entry has the content of a number, of any length, none included.
func entry(n int) []byte {
	if n%7 == 3 {
		return []byte{}
	}
	return []byte(fmt.Sprintf("entry %d %s", n, strings.Repeat(".", n%5)))
}

func openKey(path string) (note.Signer, error) {
	secret, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		private, public, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(path+".pub", []byte(public), 0o644); err != nil {
			return nil, err
		}
		secret = []byte(private)
		if err := os.WriteFile(path, secret, 0o600); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	return note.NewSigner(string(secret))
}
