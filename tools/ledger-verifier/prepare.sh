#!/usr/bin/env bash
# Builds what the tests of published logs need: tools/ledger-verifier/out/ledger-verifier, with golang.org/x/mod (BSD-3-Clause) from the
# Go module proxy. Without it they are skipped. Needs Go 1.18 or newer, which is installed where it is missing and the user may do that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

program=out/ledger-verifier
[[ -x $program && -z $(find . -maxdepth 1 \( -name '*.go' -o -name 'go.*' \) -newer "$program") ]] && exit 0
# Where Go's own installer puts it, which is not in every PATH.
PATH=$PATH:/usr/local/go/bin
if ! command -v go >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends golang-go ca-certificates
fi
mkdir -p out
CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$program" .
