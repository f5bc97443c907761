package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	// levelEntries is the level that tlog gives to tiles of data, here the bundles of entries.
	levelEntries = -1
	// lengthBytes is the size of the length before each entry, big-endian.
	lengthBytes = 2
	// bundleBytesMax is what a full bundle of the longest entries takes.
	bundleBytesMax = tileWidth * (lengthBytes + 1<<16 - 1)
	// checkpointBytesMax holds a note with the most signatures that note.Open reads.
	checkpointBytesMax = 1 << 20
)

// published is a folder with the files of a log as they are served. See C2SP tlog-tiles.
type published struct {
	folder string
}

// Height, ReadTiles and SaveTiles make it a tlog.TileReader.
func (log published) Height() int { return tileHeight }

func (log published) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for at, tile := range tiles {
		hashes, err := log.hashTile(tile)
		if err != nil {
			return nil, err
		}
		data[at] = hashes
	}
	return data, nil
}

func (log published) SaveTiles([]tlog.Tile, [][]byte) {}

// hashTile gives the hashes of a tile, as many as it is wide.
func (log published) hashTile(tile tlog.Tile) ([]byte, error) {
	data, found, err := log.readTile(tile, tileWidth*tlog.HashSize)
	if err != nil {
		return nil, err
	}
	if len(data) != found.W*tlog.HashSize {
		return nil, fmt.Errorf("%s: %d bytes, and %d hashes are %d", pathOf(found), len(data), found.W, found.W*tlog.HashSize)
	}
	return data[:tile.W*tlog.HashSize], nil
}

// entryBundle gives the entries of a bundle, as many as it is wide.
func (log published) entryBundle(bundle tlog.Tile) ([][]byte, error) {
	data, found, err := log.readTile(bundle, bundleBytesMax)
	if err != nil {
		return nil, err
	}
	entries, err := parseEntries(data, found.W)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pathOf(found), err)
	}
	return entries[:bundle.W], nil
}

// readTile reads the file of a tile and says which it was: that of the tile or, where a partial one was taken away because the log has
// grown since, that of the full one, which begins with it.
func (log published) readTile(tile tlog.Tile, bytesMax int64) ([]byte, tlog.Tile, error) {
	data, err := log.readFile(pathOf(tile), bytesMax)
	if err == nil || tile.W == tileWidth || !errors.Is(err, fs.ErrNotExist) {
		return data, tile, err
	}
	full := tile
	full.W = tileWidth
	data, fullErr := log.readFile(pathOf(full), bytesMax)
	if errors.Is(fullErr, fs.ErrNotExist) {
		return nil, tile, err
	}
	return data, full, fullErr
}

func (log published) readFile(path string, bytesMax int64) ([]byte, error) {
	return readFile(filepath.Join(log.folder, filepath.FromSlash(path)), path, bytesMax)
}

// readFile reads a file of at most bytesMax; errors call it by name.
func readFile(path, name string, bytesMax int64) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, bytesMax+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(data)) > bytesMax {
		return nil, fmt.Errorf("%s: more than %d bytes", name, bytesMax)
	}
	return data, nil
}

// parseEntries divides a bundle into exactly count entries, none of them empty.
func parseEntries(data []byte, count int) ([][]byte, error) {
	entries := make([][]byte, 0, count)
	for len(data) > 0 {
		if len(entries) == count {
			return nil, fmt.Errorf("%d bytes follow the last of %d entries", len(data), count)
		}
		if len(data) < lengthBytes {
			return nil, fmt.Errorf("entry %d of the bundle is cut off in its length", len(entries))
		}
		length := int(binary.BigEndian.Uint16(data))
		data = data[lengthBytes:]
		if length == 0 {
			return nil, fmt.Errorf("entry %d of the bundle is empty", len(entries))
		}
		if length > len(data) {
			return nil, fmt.Errorf("entry %d of the bundle is cut off: %d bytes of %d", len(entries), len(data), length)
		}
		entries = append(entries, data[:length])
		data = data[length:]
	}
	if len(entries) != count {
		return nil, fmt.Errorf("%d entries instead of %d", len(entries), count)
	}
	return entries, nil
}

// pathOf is where C2SP puts a tile: as tlog does, without the height, and with another word for data.
func pathOf(tile tlog.Tile) string {
	below := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tile.H))
	if tile.L == levelEntries {
		below = "entries/" + strings.TrimPrefix(below, "data/")
	}
	return "tile/" + below
}
