// Verifies a log of C2SP tiles with golang.org/x/mod/sumdb, which knows nothing of this project.
//
//	check FOLDER LOG_KEY [WITNESS_KEY ...] [-old SIZE ROOT] [-proofs FOLDER]
//
// Signatures and cosignatures of the checkpoint, every entry hashed again, every tile through the authenticated tile
// reader, consistency with an older tree, and each *.tlog-proof in a folder with its *.entry. Prints one line of JSON.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type found struct {
	Origin     string `json:"origin"`
	Size       int64  `json:"size"`
	Signatures int    `json:"signatures"`
	Entries    int64  `json:"entries"`
	Proofs     int    `json:"proofs"`
	Consistent bool   `json:"consistent"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	body, err := os.ReadFile(path)
	must(err)
	return body
}

// cosigner verifies a timestamped Ed25519 cosignature, signature type 4.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	if at == 0 || at > 1<<63-1 {
		return false
	}
	message := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
	return ed25519.Verify(c.key, message, signature[8:])
}

func newCosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		must(errors.New("not a key: " + vkey))
	}
	body, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if len(body) != 33 || body[0] != 4 {
		must(errors.New("not the key of a cosigner: " + vkey))
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), body...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		must(errors.New("a key with another id: " + vkey))
	}
	return cosigner{parts[0], hash, ed25519.PublicKey(body[1:])}
}

type head struct {
	origin string
	size   int64
	root   tlog.Hash
	signed int
}

// open reads a checkpoint; every key that was named must have signed.
func open(body []byte, keys []note.Verifier) head {
	opened, err := note.Open(body, note.VerifierList(keys...))
	must(err)
	if len(opened.Sigs) != len(keys) {
		must(fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(keys)))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != keys[0].Name() {
		must(errors.New("not a checkpoint of this log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	if strconv.FormatInt(size, 10) != lines[1] {
		must(errors.New("a size in another spelling"))
	}
	return head{lines[0], size, hash(lines[2]), len(opened.Sigs)}
}

func hash(text string) tlog.Hash {
	var one tlog.Hash
	body, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if len(body) != len(one) || base64.StdEncoding.EncodeToString(body) != text {
		must(errors.New("not a hash: " + text))
	}
	copy(one[:], body)
	return one
}

// tiles reads tiles by the names of C2SP: without the height, and with `entries` for data.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var bodies [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		body, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	return bodies, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func bundlePath(folder string, number, width int64) string {
	path := tlog.Tile{H: 8, L: -1, N: number, W: int(width)}.Path()
	return filepath.Join(folder, strings.Replace(path, "tile/8/data", "tile/entries", 1))
}

// replay hashes every entry again and compares the root, and every stored hash with the tiles.
func replay(folder string, top head) int64 {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, n := range at {
			hashes = append(hashes, stored[n])
		}
		return hashes, nil
	})
	var n int64
	for n < top.size {
		width := top.size - n
		if width > 256 {
			width = 256
		}
		body := read(bundlePath(folder, n/256, width))
		for i := int64(0); i < width; i++ {
			if len(body) < 2 || len(body) < 2+int(binary.BigEndian.Uint16(body)) {
				must(fmt.Errorf("bundle %d is cut", n/256))
			}
			length := int(binary.BigEndian.Uint16(body))
			hashes, err := tlog.StoredHashes(n, body[2:2+length], reader)
			must(err)
			stored = append(stored, hashes...)
			body = body[2+length:]
			n++
		}
		if len(body) != 0 {
			must(fmt.Errorf("bundle %d holds more than its entries", n/256))
		}
	}
	root, err := tlog.TreeHash(top.size, reader)
	must(err)
	if root != top.root {
		must(fmt.Errorf("the entries give %v, the checkpoint says %v", root, top.root))
	}
	for _, tile := range tlog.NewTiles(8, 0, top.size) {
		// The partial tiles of smaller trees are named as well; a log need not keep them.
		if width := top.size>>(8*tile.L) - tile.N*256; width < 256 && int64(tile.W) != width {
			continue
		}
		told, err := tiles{folder}.ReadTiles([]tlog.Tile{tile})
		must(err)
		made, err := tlog.ReadTileData(tile, reader)
		must(err)
		if !bytes.Equal(told[0], made) {
			must(fmt.Errorf("%s is not what the entries give", tile.Path()))
		}
	}
	return n
}

func proofs(folder string, keys []note.Verifier) int {
	names, err := filepath.Glob(filepath.Join(folder, "*.tlog-proof"))
	must(err)
	for _, name := range names {
		parts := strings.SplitN(string(read(name)), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
			must(errors.New(name + ": not a proof"))
		}
		if strings.HasPrefix(lines[1], "extra ") {
			lines = lines[1:]
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		must(err)
		var steps tlog.RecordProof
		for _, line := range lines[2:] {
			steps = append(steps, hash(line))
		}
		top := open([]byte(parts[1]), keys)
		entry := read(strings.TrimSuffix(name, ".tlog-proof") + ".entry")
		must(tlog.CheckRecord(steps, top.size, top.root, index, tlog.RecordHash(entry)))
	}
	return len(names)
}

func main() {
	if len(os.Args) < 3 {
		must(errors.New("check FOLDER LOG_KEY [WITNESS_KEY ...] [-old SIZE ROOT] [-proofs FOLDER]"))
	}
	folder, rest := os.Args[1], os.Args[3:]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	keys := []note.Verifier{verifier}
	for len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		keys, rest = append(keys, newCosigner(rest[0])), rest[1:]
	}
	top := open(read(filepath.Join(folder, "checkpoint")), keys)
	said := found{Origin: top.origin, Size: top.size, Signatures: top.signed, Entries: replay(folder, top)}
	reader := tlog.TileHashReader(tlog.Tree{N: top.size, Hash: top.root}, tiles{folder})
	for len(rest) > 0 {
		switch rest[0] {
		case "-old":
			size, err := strconv.ParseInt(rest[1], 10, 64)
			must(err)
			steps, err := tlog.ProveTree(top.size, size, reader)
			must(err)
			must(tlog.CheckTree(steps, top.size, top.root, size, hash(rest[2])))
			said.Consistent, rest = true, rest[3:]
		case "-proofs":
			said.Proofs, rest = proofs(rest[1], keys), rest[2:]
		default:
			must(errors.New("what is " + rest[0] + "?"))
		}
	}
	line, err := json.Marshal(said)
	must(err)
	fmt.Println(string(line))
}
