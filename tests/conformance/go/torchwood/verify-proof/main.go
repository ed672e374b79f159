// verify-proof asks torchwood whether it accepts a tlog-proof: verify-proof POLICY PROOF ENTRY, each a file.
package main

import (
	"fmt"
	"os"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := verify(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("accepted")
}

func verify(paths []string) error {
	if len(paths) != 3 {
		return fmt.Errorf("verify-proof POLICY PROOF ENTRY")
	}
	var files [3][]byte
	for i, path := range paths {
		bytes, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[i] = bytes
	}
	policy, err := torchwood.ParsePolicy(files[0])
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(policy, tlog.RecordHash(files[2]), files[1])
}
