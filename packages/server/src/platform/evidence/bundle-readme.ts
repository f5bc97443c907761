interface BundleFacts {
  readonly origin: string
  readonly size: number
  readonly entries: number
  /** Left out where it carries nothing of decisions. */
  readonly decisions?: unknown
}

/** Rows of the table of files, where decisions can be made again. */
const DECISION_ROWS = `| \`decisions/<n>.json\` | what the decisions were made from that entry n tells of, each with the key of its digest there |
| \`policies/<digest>.json\` | the policies by which they were made; the digest is the one that the entries name |
`

const REPLAY = `## Decide it again

    cascade gate replay evidence.zip --key '<the key>'

It holds each input against the digest in its entry, HMAC-SHA-256 over the canonical JSON (RFC 8785) of \`input\` with the \`key\` beside
it, and decides it again by the policies in \`policies/\`, whose digest is SHA-256 over the canonical JSON of an object that has, for
each file, SHA-256 of its text under its path. What has expired or was erased is null, and its digest alone is left.

`

/**
 * Verifies an unpacked bundle with golang.org/x/mod alone. It stands in the README of every bundle; a test compiles it out of
 * there and runs it.
 */
const GO_PROGRAM = `package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verify FOLDER VERIFIER_KEY
func main() {
	log.SetFlags(0)
	folder, verifierKey := os.Args[1], os.Args[2]
	read := func(path string) []byte {
		bytes, err := os.ReadFile(filepath.Join(folder, path))
		check(err, path)
		return bytes
	}
	verifier, err := note.NewVerifier(verifierKey)
	check(err, "the key")
	known := note.VerifierList(verifier)

	// The seal: what it is, which log, the digest of the manifest, the root of the files.
	seal := open(read("manifest.note"), known, "manifest.note")
	manifestBytes := read("manifest.json")
	var manifest struct {
		Entries int
		Files   []struct{ Path, Sha256 string }
	}
	check(json.Unmarshal(manifestBytes, &manifest), "manifest.json")
	digest := fmt.Sprintf("%x", sha256.Sum256(manifestBytes))
	if seal[0] != "cascade-evidence/v1" || seal[1] != verifier.Name() || seal[2] != digest {
		log.Fatal("manifest.json is not the one that was signed")
	}

	// The checkpoint: which log, how many entries, the root of their tree.
	checkpoint := read("checkpoint")
	head := open(checkpoint, known, "checkpoint")
	size, err := strconv.ParseInt(head[1], 10, 64)
	check(err, "checkpoint")
	root, err := tlog.ParseHash(head[2])
	check(err, "checkpoint")
	if head[0] != verifier.Name() {
		log.Fatal("the checkpoint is of another log")
	}

	entries := 0
	listed := map[string]bool{"manifest.json": true, "manifest.note": true}
	for _, file := range manifest.Files {
		listed[file.Path] = true
		bytes := read(file.Path)
		if fmt.Sprintf("%x", sha256.Sum256(bytes)) != file.Sha256 {
			log.Fatal(file.Path, " is not the file that was signed")
		}
		if !strings.HasPrefix(file.Path, "entries/") {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(file.Path, "entries/"), ".json")
		index, err := strconv.ParseInt(name, 10, 64)
		check(err, file.Path)
		proof := readProof(string(read("proofs/"+name+".tlog-proof")), index, string(checkpoint))
		check(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(bytes)), file.Path)
		entries++
	}
	if entries != manifest.Entries {
		log.Fatal("entries are missing")
	}
	check(fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		check(err, path)
		if !entry.IsDir() && !listed[path] {
			log.Fatal(path, " is not in the manifest")
		}
		return nil
	}), folder)
	fmt.Printf("verified: %d files, %d entries of the %d of %s\\n", len(manifest.Files), entries, size, head[0])
}

// open gives the lines of a note that the key signed.
func open(signed []byte, known note.Verifiers, path string) []string {
	opened, err := note.Open(signed, known)
	check(err, path)
	lines := strings.Split(opened.Text, "\\n")
	if len(lines) < 4 {
		log.Fatal(path, " has too few lines")
	}
	return lines
}

// readProof reads the hashes of a C2SP tlog-proof that ends with the checkpoint.
func readProof(text string, index int64, checkpoint string) tlog.RecordProof {
	above, ends := strings.CutSuffix(text, "\\n\\n"+checkpoint)
	lines := strings.Split(above, "\\n")
	if !ends || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprint("index ", index) {
		log.Fatal("the proof of entry ", index, " is of something else")
	}
	proof := tlog.RecordProof{}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		check(err, fmt.Sprint("the proof of entry ", index))
		proof = append(proof, hash)
	}
	return proof
}

func check(err error, what string) {
	if err != nil {
		log.Fatal(what, ": ", err)
	}
}
`

/** What a person reads first who was handed a bundle. */
export const bundleReadme = ({
  origin,
  size,
  entries,
  decisions,
}: BundleFacts): string => `# Evidence of the log ${origin}

${entries} of the ${size} entries that the log had when this was made, each as it was hashed, with a proof that it is in the log.
\`report.html\` shows them to people; \`report.md\` says the same as text.

| file | what it is |
| --- | --- |
| \`entries/<n>.json\` | entry n of the log, byte for byte as it was hashed (RFC 8785) |
| \`proofs/<n>.tlog-proof\` | its way to the root, and the signed checkpoint (C2SP tlog-proof) |
${decisions === undefined ? '' : DECISION_ROWS}| \`checkpoint\` | how many entries the log has, and their root, signed (C2SP tlog-checkpoint), with all cosignatures there were |
| \`keys.txt\` | verifier keys of the log, a line each, the active one first |
| \`rules/\` | what was in force: actions and what each may change, and the configuration with its secrets hidden |
| \`sbom.cdx.json\` | the packages that the program is made of (CycloneDX) |
| \`manifest.json\` | what was asked for, and the SHA-256 of each file |
| \`manifest.note\` | digest of the manifest and root of the files, signed by the log (C2SP signed-note) |

## The key

**Keys in this archive prove nothing about who made it**: whoever makes another archive puts other keys in. Get the key by another
way from whoever runs the instance: a call, a letter, a page of theirs. Compare it with the first line of \`keys.txt\`.

## Verify it with Forge Cascade

    cascade evidence verify evidence.zip --key '<the key>'

It needs no server, no network and no data folder, and takes the unpacked folder as well.

## Verify it without us

The digests alone:

    jq -r '.files[] | .sha256 + "  " + .path' manifest.json | sha256sum --check

Everything, with Go's own \`sumdb/note\` and \`sumdb/tlog\`: unpack the archive, put the program below into \`main.go\` of an empty
folder, and

    go mod init verify && go get golang.org/x/mod && go run . <unpacked folder> '<the key>'

\`\`\`go
${GO_PROGRAM}\`\`\`

The leaf of an entry is SHA-256 over a zero byte and its file; nodes are SHA-256 over a one byte and both children (RFC 6962). The root
in the manifest is that of the tree whose leaves are the lines \`<sha256>  <path>\` of the files, in their order.

${decisions === undefined ? '' : REPLAY}## What it proves, and what not

- Each entry stands in this log, and not a byte of it was altered since the checkpoint was signed.
- Not when, to somebody who trusts no clock of the instance: the times are what it said. Whoever got the checkpoint on a certain day
  can say that all of it was there that day.
- Not that these are all entries that fit: the program that wrote the archive chose them. The numbers of the entries show where
  others lie between, and a published log shows them all.
- Not what a text said: entries hold salted digests, so that what is erased stays erased.
- The report, the rules and the bill of materials are what the instance said of itself; the signature shows that it said so.
`
