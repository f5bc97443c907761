package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is what a signed note says of a log. See C2SP tlog-checkpoint.
type checkpoint struct {
	origin string
	tree   tlog.Tree
}

// parseKeys reads one note verifier key a line; empty lines do not count.
func parseKeys(text string) (note.Verifiers, error) {
	var verifiers []note.Verifier
	for at, line := range strings.Split(text, "\n") {
		key := strings.TrimSpace(line)
		if key == "" {
			continue
		}
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, fmt.Errorf("the key file, line %d: %w", at+1, err)
		}
		verifiers = append(verifiers, verifier)
	}
	if len(verifiers) == 0 {
		return nil, errors.New("the key file has no key")
	}
	return note.VerifierList(verifiers...), nil
}

// openCheckpoint checks the signature, that the signer is the origin, and the form of the text.
func openCheckpoint(signed []byte, keys note.Verifiers) (checkpoint, error) {
	opened, err := note.Open(signed, keys)
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	if err := checkSignatureLines(signed, opened); err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	parsed, err := parseCheckpoint(opened.Text)
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	for _, signature := range opened.Sigs {
		if signature.Name == parsed.origin {
			return parsed, nil
		}
	}
	return checkpoint{}, fmt.Errorf("checkpoint: the origin is %q, and the key that signed is %q", parsed.origin, opened.Sigs[0].Name)
}

// checkSignatureLines refuses what note.Open passes over: a line that repeats another, and base64 with bits set that decode to nothing.
// Without that two files which differ would be the same note.
func checkSignatureLines(signed []byte, opened *note.Note) error {
	signatures := append(append([]note.Signature{}, opened.Sigs...), opened.UnverifiedSigs...)
	lines := strings.Count(string(signed[len(opened.Text)+1:]), "\n")
	if lines != len(signatures) {
		return fmt.Errorf("of %d signature lines %d repeat another", lines, lines-len(signatures))
	}
	for _, signature := range signatures {
		if !isCanonicalBase64(signature.Base64) {
			return fmt.Errorf("the signature of %s is not canonical base64", signature.Name)
		}
	}
	return nil
}

// parseCheckpoint reads origin, size and root, each a line; lines that follow are extensions, and none is empty.
func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 {
		return checkpoint{}, fmt.Errorf("%d lines, and it needs origin, size and root", len(lines))
	}
	for at, line := range lines {
		if line == "" {
			return checkpoint{}, fmt.Errorf("line %d is empty", at+1)
		}
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, fmt.Errorf("the size is %q, which is no decimal number as it is written", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || !isCanonicalBase64(lines[2]) {
		return checkpoint{}, fmt.Errorf("the root is %q, which is no base64 of %d bytes", lines[2], tlog.HashSize)
	}
	return checkpoint{origin: lines[0], tree: tlog.Tree{N: size, Hash: root}}, nil
}

func isCanonicalBase64(text string) bool {
	decoded, err := base64.StdEncoding.DecodeString(text)
	return err == nil && base64.StdEncoding.EncodeToString(decoded) == text
}
