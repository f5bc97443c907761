// Command ledger-verifier judges a published log with code that is not ours: golang.org/x/mod/sumdb opens the note, hashes the entries,
// builds the tree and checks the proofs.
//
//	ledger-verifier [-json] FOLDER VERIFIER_KEY_FILE
//
// It exits 0 when the log is accepted, 1 when it is rejected, with a sentence that says what and where, and 2 when it was called wrongly.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const (
	exitAccepted = 0
	exitRejected = 1
	exitUsage    = 2
)

const usage = "usage: ledger-verifier [-json] FOLDER VERIFIER_KEY_FILE"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(arguments []string, out, complaints io.Writer) int {
	flags := flag.NewFlagSet("ledger-verifier", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() { fmt.Fprintln(complaints, usage) }
	asJSON := flags.Bool("json", false, "print the verdict as one JSON object")
	if err := flags.Parse(arguments); err != nil {
		return exitUsage
	}
	if flags.NArg() != 2 {
		flags.Usage()
		return exitUsage
	}

	report, err := verifyLog(flags.Arg(0), flags.Arg(1))
	if printErr := printVerdict(out, report, err, *asJSON); printErr != nil {
		fmt.Fprintln(complaints, printErr)
		return exitRejected
	}
	if err != nil {
		return exitRejected
	}
	return exitAccepted
}

// verdict is what -json prints. Reason is there only where the log is rejected; size and origin are what a checkpoint said that opened.
type verdict struct {
	OK               bool    `json:"ok"`
	Origin           string  `json:"origin"`
	Size             int64   `json:"size"`
	ElapsedSeconds   float64 `json:"elapsed_seconds"`
	EntriesPerSecond float64 `json:"entries_per_second"`
	Reason           string  `json:"reason,omitempty"`
}

func printVerdict(out io.Writer, report report, rejection error, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintln(out, sentenceOf(report, rejection))
		return err
	}
	printed := verdict{
		OK:             rejection == nil,
		Origin:         report.checkpoint.origin,
		Size:           report.checkpoint.tree.N,
		ElapsedSeconds: report.elapsed.Seconds(),
	}
	if rejection != nil {
		printed.Reason = rejection.Error()
	} else if printed.ElapsedSeconds > 0 {
		printed.EntriesPerSecond = float64(printed.Size) / printed.ElapsedSeconds
	}
	line, err := json.Marshal(printed)
	if err != nil {
		return errors.New("the verdict is no JSON: " + err.Error())
	}
	_, err = fmt.Fprintln(out, string(line))
	return err
}

func sentenceOf(report report, rejection error) string {
	if rejection != nil {
		return "rejected: " + rejection.Error()
	}
	return fmt.Sprintf("accepted: %s, %d entries, root %s", report.checkpoint.origin, report.checkpoint.tree.N, report.checkpoint.tree.Hash)
}
