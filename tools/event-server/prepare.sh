#!/usr/bin/env bash
# Builds what the tests of events on NATS need: tools/event-server/out/nats-server (Apache-2.0), from the Go module proxy. Without it they
# are skipped. Needs Go, which is installed where it is missing and the user may do that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

[[ -x out/nats-server ]] && exit 0
if ! command -v go >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends golang-go ca-certificates
fi
mkdir -p out
GOBIN=$PWD/out go install github.com/nats-io/nats-server/v2@v2.15.2
