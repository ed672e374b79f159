// key-agent holds one Ed25519 key for litewitness, which takes its key from an ssh-agent only: key-agent SOCKET, with the
// seed in hexadecimal on standard input. It prints what litewitness knows the key by, then answers until it is killed.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"
	"net"
	"os"
	"strings"

	"golang.org/x/crypto/ssh/agent"
)

func main() {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	seed, err := hex.DecodeString(strings.TrimSpace(line))
	if err != nil || len(seed) != ed25519.SeedSize {
		log.Fatal("the seed is 64 hexadecimal digits")
	}
	key := ed25519.NewKeyFromSeed(seed)
	keyring := agent.NewKeyring()
	if err := keyring.Add(agent.AddedKey{PrivateKey: &key}); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	hash := sha256.Sum256(key.Public().(ed25519.PublicKey))
	fmt.Println(hex.EncodeToString(hash[:]))
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go agent.ServeAgent(keyring, connection)
	}
}
