// Checks a published log, or the answer to a serial inquiry, with golang.org/x/mod/sumdb.
//
//	go run check.go log FOLDER LOG
//	go run check.go serial ANSWER.json FOLDER
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type part struct {
	Log, Commitment, Entry string
	Index                  int64
	Proof                  []string
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// head gives the size and root that the signer of the manifest put under a log.
func head(folder, name string) (int64, tlog.Hash) {
	var manifest struct {
		Key string `json:"verifier_key"`
	}
	body, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	must(err)
	must(json.Unmarshal(body, &manifest))
	verifier, err := note.NewVerifier(manifest.Key)
	must(err)
	body, err = os.ReadFile(filepath.Join(folder, "logs", name, "checkpoint"))
	must(err)
	opened, err := note.Open(body, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	var found tlog.Hash
	copy(found[:], root)
	return size, found
}

func checkLog(folder, name string) {
	size, root := head(folder, name)
	file, err := os.Open(filepath.Join(folder, "logs", name, "entries.jsonl"))
	must(err)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(at))
		for i, n := range at {
			found[i] = stored[n]
		}
		return found, nil
	})
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := int64(0); n < size && lines.Scan(); n++ {
		hashes, err := tlog.StoredHashes(n, lines.Bytes(), reader)
		must(err)
		stored = append(stored, hashes...)
	}
	must(lines.Err())
	found, err := tlog.TreeHash(size, reader)
	must(err)
	if found != root {
		log.Fatalf("%s: the entries give %v, the checkpoint says %v", name, found, root)
	}
	fmt.Printf("%s: %d entries under the signed root\n", name, size)
}

func checkPart(folder, title string, one part) {
	size, root := head(folder, one.Log)
	var proof tlog.RecordProof
	for _, step := range one.Proof {
		var hash tlog.Hash
		body, err := hex.DecodeString(step)
		must(err)
		copy(hash[:], body)
		proof = append(proof, hash)
	}
	must(tlog.CheckRecord(proof, size, root, one.Index, tlog.RecordHash([]byte(one.Entry))))
	if !bytes.Contains([]byte(one.Entry), []byte(one.Commitment)) {
		log.Fatalf("%s: the entry does not hold the commitment", title)
	}
	fmt.Printf("%s: entry %d of %s, under the signed root\n", title, one.Index, one.Log)
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("log FOLDER LOG | serial ANSWER.json FOLDER")
	}
	if os.Args[1] == "log" {
		checkLog(os.Args[2], os.Args[3])
		return
	}
	body, err := os.ReadFile(os.Args[2])
	must(err)
	var answer struct {
		Serial, Answer string
		Block, Marking *part
	}
	must(json.Unmarshal(body, &answer))
	fmt.Println(answer.Serial, answer.Answer)
	for title, one := range map[string]*part{"block": answer.Block, "marking": answer.Marking} {
		if one != nil {
			checkPart(os.Args[3], title, *one)
		}
	}
}
