// migrate-files copies a log that lies in a folder into a new one by Tessera's own migration, as its command does over HTTP:
// migrate-files SOURCE TARGET. It succeeds when Tessera's root over the copied entries is the one that the source signed.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/storage/posix"
)

const workers = 4

func main() {
	if err := migrate(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func migrate(ctx context.Context, folders []string) error {
	if len(folders) != 2 {
		return fmt.Errorf("migrate-files SOURCE TARGET")
	}
	source := client.FileFetcher{Root: folders[0]}
	checkpoint, err := source.ReadCheckpoint(ctx)
	if err != nil {
		return err
	}
	lines := strings.Split(string(checkpoint), "\n")
	if len(lines) < 3 {
		return fmt.Errorf("a checkpoint of %d lines", len(lines))
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: folders[1]})
	if err != nil {
		return err
	}
	target, err := tessera.NewMigrationTarget(ctx, driver, tessera.NewMigrationOptions())
	if err != nil {
		return err
	}
	return target.Migrate(ctx, workers, size, root, source.ReadEntryBundle)
}
