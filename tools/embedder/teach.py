"""What the teacher says: vectors of single word pieces, and of the texts that the table is fitted to."""

import hashlib
import os

import numpy as np
import onnxruntime
from build_onnx import build
from corpus import BLOCK
from tokenizers import Tokenizer

BATCH = 512
TOKENS_MAX = 96
"""Tokens of a text that the teacher reads, its marks included."""
BATCH_TOKENS = 1024
BATCH_TEXTS = (8, 256)


def teacher(weights):
    # One thread adds in one order, so that every run gives the same bits.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(build(weights).SerializeToString(), options)


def run(session, output, ids, mask):
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    return session.run([output], feed)[0]


def piece_vectors(session, vocabulary, first_id):
    """Of each piece from `first_id` on, between its two marks: the mean of the three rows."""
    first, last = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    rows = []
    for start in range(first_id, len(vocabulary), BATCH):
        ids = np.arange(start, min(start + BATCH, len(vocabulary)))
        pieces = np.stack([np.full_like(ids, first), ids, np.full_like(ids, last)], axis=1)
        rows.append(run(session, "last_hidden_state", pieces, np.ones_like(pieces)).astype(np.float64).mean(axis=1))
    return np.concatenate(rows)


def divided(weights, texts):
    """Ids of the pieces of each text, between its marks."""
    tokenizer = Tokenizer.from_str(weights.file("tokenizer.json").decode("utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS_MAX)
    return [each.ids for each in tokenizer.encode_batch(texts)]


def text_vectors(session, ids, cache):
    """The teacher's vector of each text, in 16 bits; blocks that lie in `cache` are taken from there."""
    blocks = []
    for index, start in enumerate(range(0, len(ids), BLOCK)):
        block = ids[start : start + BLOCK]
        path = cache / f"{hashlib.sha256(repr(block).encode()).hexdigest()[:16]}.npy"
        if not path.exists():
            made = block_vectors(session, block)
            np.save(path.with_suffix(".part.npy"), made)
            os.replace(path.with_suffix(".part.npy"), path)
            print(f"{index * BLOCK + len(made)} of {len(ids)} texts", flush=True)
        blocks.append(np.load(path))
    return np.concatenate(blocks).astype(np.float64)


def block_vectors(session, ids):
    """Texts of one length go together, the longest first; shorter ones of a batch are filled up."""
    order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
    vectors = np.zeros((len(ids), 384), np.float16)
    least, most = BATCH_TEXTS
    while order:
        length = len(ids[order[0]])
        size = max(least, min(most, BATCH_TOKENS // length))
        batch, order = order[:size], order[size:]
        filled, mask = np.zeros((len(batch), length), np.int64), np.zeros((len(batch), length), np.int64)
        for row, index in enumerate(batch):
            filled[row, : len(ids[index])] = ids[index]
            mask[row, : len(ids[index])] = 1
        vectors[batch] = run(session, "sentence_embedding", filled, mask)
    return vectors
