#!/usr/bin/env bash
# Builds what the tests of archives in a bucket need: tools/object-server/out/versitygw, a server of the S3 protocol (Apache-2.0), from the
# Go module proxy. Without it they are skipped. Needs Go, which is installed where it is missing and the user may do that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

[[ -x out/versitygw ]] && exit 0
if ! command -v go >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends golang-go ca-certificates
fi
mkdir -p out
GOBIN=$PWD/out go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
