package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// provedAllMax is the size up to which the inclusion of every entry is proved; of a larger log provedSpread are, first and last with them.
	provedAllMax = 1000
	provedSpread = 64
	// keyFileBytesMax holds thousands of keys.
	keyFileBytesMax = 1 << 20
)

type report struct {
	checkpoint checkpoint
	elapsed    time.Duration
}

// verifyLog says nothing of a log that it accepts but its checkpoint. A panic on the way rejects the log as any other fault does.
func verifyLog(folder, keyFile string) (result report, rejection error) {
	start := time.Now()
	defer func() {
		if fault := recover(); fault != nil {
			rejection = fmt.Errorf("the verifier gave up on it: %v", fault)
		}
		result.elapsed = time.Since(start)
	}()

	log := published{folder: folder}
	result.checkpoint, rejection = log.checkpoint(keyFile)
	if rejection != nil {
		return result, rejection
	}
	tree := result.checkpoint.tree
	var hashes storedHashes
	for _, check := range []func() error{
		func() (err error) { hashes, err = log.checkEntries(tree.N); return err },
		func() error { return log.checkTiles(tree.N, hashes) },
		func() error { return log.checkRoot(tree, hashes) },
		func() error { return log.checkInclusion(tree, hashes) },
		func() error { return log.checkConsistency(tree, hashes) },
	} {
		if rejection = check(); rejection != nil {
			return result, rejection
		}
	}
	return result, nil
}

func (log published) checkpoint(keyFile string) (checkpoint, error) {
	text, err := readFile(keyFile, "the key file", keyFileBytesMax)
	if err != nil {
		return checkpoint{}, err
	}
	keys, err := parseKeys(string(text))
	if err != nil {
		return checkpoint{}, err
	}
	signed, err := log.readFile("checkpoint", checkpointBytesMax)
	if err != nil {
		return checkpoint{}, err
	}
	return openCheckpoint(signed, keys)
}

// storedHashes are the hashes of a tree in the order of tlog.StoredHashIndex, computed from the entries alone.
type storedHashes []tlog.Hash

func (stored storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		if index < 0 || index >= int64(len(stored)) {
			return nil, fmt.Errorf("hash %d is none of the %d of the tree", index, len(stored))
		}
		hashes[at] = stored[index]
	}
	return hashes, nil
}

func (stored storedHashes) ofEntry(index int64) tlog.Hash {
	return stored[tlog.StoredHashIndex(0, index)]
}

// checkEntries reads all bundles, holds each entry against the tile of its hash, and follows the chain of entries. It gives the hashes
// of the tree. Nothing is made for a size that is only claimed: the first bundle that is missing ends it.
func (log published) checkEntries(size int64) (storedHashes, error) {
	var stored storedHashes
	previous := tlog.Hash{}
	for first := int64(0); first < size; first += tileWidth {
		entries, tile, err := log.entriesWithTile(first, size)
		if err != nil {
			return nil, err
		}
		for at, entry := range entries {
			index := first + int64(at)
			hash := tlog.RecordHash(entry)
			if !bytes.Equal(hash[:], tile[at*tlog.HashSize:(at+1)*tlog.HashSize]) {
				return nil, fmt.Errorf("entry %d: its hash is not the one in %s", index, pathOf(tileAt(0, first, size)))
			}
			if err := checkChain(entry, index, previous); err != nil {
				return nil, fmt.Errorf("entry %d, in %s: %w", index, pathOf(tileAt(levelEntries, first, size)), err)
			}
			added, err := tlog.StoredHashesForRecordHash(index, hash, stored)
			if err != nil {
				return nil, fmt.Errorf("entry %d: %w", index, err)
			}
			stored = append(stored, added...)
			previous = hash
		}
	}
	return stored, nil
}

func (log published) entriesWithTile(first, size int64) (entries [][]byte, hashes []byte, err error) {
	if entries, err = log.entryBundle(tileAt(levelEntries, first, size)); err != nil {
		return nil, nil, err
	}
	hashes, err = log.hashTile(tileAt(0, first, size))
	return entries, hashes, err
}

// tileAt is the tile of the lowest level, or the bundle, that begins with entry `first` in a log of `size` entries.
func tileAt(level int, first, size int64) tlog.Tile {
	width := size - first
	if width > tileWidth {
		width = tileWidth
	}
	return tlog.Tile{H: tileHeight, L: level, N: first / tileWidth, W: int(width)}
}

// checkChain holds an entry against its place: index is the place, prev the hash of the entry before, zeros for the first. Both are
// compared as they are written, so that no reader can understand another number or another hash.
func checkChain(entry []byte, index int64, previous tlog.Hash) error {
	if !utf8.Valid(entry) {
		return errors.New("it is not UTF-8")
	}
	members, err := parseMembers(entry)
	if err != nil {
		return err
	}
	if written := string(members["index"]); written != strconv.FormatInt(index, 10) {
		return fmt.Errorf("index is %s", orMissing(written))
	}
	if written := string(members["prev"]); written != strconv.Quote(hex.EncodeToString(previous[:])) {
		return fmt.Errorf("prev is %s, and the entry before has %x", orMissing(written), previous[:])
	}
	return nil
}

// parseMembers reads a JSON object. A name that is there twice is refused: readers would disagree about which of the two counts.
func parseMembers(entry []byte) (map[string]json.RawMessage, error) {
	if !json.Valid(entry) {
		return nil, errors.New("it is no JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(entry))
	if opens, err := decoder.Token(); err != nil || opens != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	members := make(map[string]json.RawMessage)
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		var value json.RawMessage
		if err != nil || !isName || decoder.Decode(&value) != nil {
			return nil, errors.New("it is no JSON object")
		}
		if _, isThere := members[name]; isThere {
			return nil, fmt.Errorf("it has %q twice", name)
		}
		members[name] = value
	}
	return members, nil
}

const shownMax = 80

func orMissing(written string) string {
	if written == "" {
		return "missing"
	}
	if len(written) > shownMax {
		return strings.ToValidUTF8(written[:shownMax], "") + "…"
	}
	return written
}

// checkTiles holds every tile of every level against the hashes of the entries.
func (log published) checkTiles(size int64, stored storedHashes) error {
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		data, err := log.hashTile(tile)
		if err != nil {
			return err
		}
		expected, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return fmt.Errorf("%s: %w", pathOf(tile), err)
		}
		for at := 0; at < len(expected); at += tlog.HashSize {
			if !bytes.Equal(data[at:at+tlog.HashSize], expected[at:at+tlog.HashSize]) {
				return fmt.Errorf("%s: hash %d is not that of the entries", pathOf(tile), at/tlog.HashSize)
			}
		}
	}
	return nil
}

// checkRoot computes the root twice, from the entries and from the published tiles.
func (log published) checkRoot(tree tlog.Tree, stored storedHashes) error {
	ofEntries, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return fmt.Errorf("the root of the entries: %w", err)
	}
	if ofEntries != tree.Hash {
		return fmt.Errorf("checkpoint: the root is %s, and that of its %d entries is %s", tree.Hash, tree.N, ofEntries)
	}
	ofTiles, err := tlog.TreeHash(tree.N, tlog.TileHashReader(tree, log))
	if err != nil {
		return fmt.Errorf("the root of the tiles: %w", err)
	}
	if ofTiles != tree.Hash {
		return fmt.Errorf("checkpoint: the root is %s, and that of the tiles is %s", tree.Hash, ofTiles)
	}
	return nil
}

func (log published) checkInclusion(tree tlog.Tree, stored storedHashes) error {
	tiles := tlog.TileHashReader(tree, log)
	for _, index := range provedEntries(tree.N) {
		proof, err := tlog.ProveRecord(tree.N, index, tiles)
		if err != nil {
			return fmt.Errorf("entry %d: the tiles give no proof that it is in the tree: %w", index, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, stored.ofEntry(index)); err != nil {
			return fmt.Errorf("entry %d: the proof that it is in the tree fails: %w", index, err)
		}
	}
	return nil
}

func provedEntries(size int64) []int64 {
	count := size
	if size > provedAllMax {
		count = provedSpread
	}
	indexes := make([]int64, count)
	for at := range indexes {
		if count > 1 {
			indexes[at] = int64(at) * (size - 1) / (count - 1)
		}
	}
	return indexes
}

// checkConsistency proves that the tree goes on what it was when it was smaller.
func (log published) checkConsistency(tree tlog.Tree, stored storedHashes) error {
	tiles := tlog.TileHashReader(tree, log)
	for _, size := range []int64{1, tree.N / 2, tree.N - 1} {
		if size < 1 || size > tree.N {
			continue
		}
		root, err := tlog.TreeHash(size, stored)
		if err != nil {
			return fmt.Errorf("the root of the first %d entries: %w", size, err)
		}
		proof, err := tlog.ProveTree(tree.N, size, tiles)
		if err != nil {
			return fmt.Errorf("the tiles give no proof that the tree of %d entries goes on that of %d: %w", tree.N, size, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, root); err != nil {
			return fmt.Errorf("the proof that the tree of %d entries goes on that of %d fails: %w", tree.N, size, err)
		}
	}
	return nil
}
