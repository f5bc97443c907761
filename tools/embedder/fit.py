"""Fits the table to the teacher's vectors of texts: regularised least squares, which has one answer."""

import numpy as np
from scipy import sparse

STRENGTH = 3.0
"""A piece moves away from where it began as if so many texts held it there."""
ROUNDS = 2
"""The length of each text's sum is taken from the round before."""
STEPS = 12


def directions(vectors, count):
    """Main directions of the vectors, not centred; of the two signs of each the one whose largest part is positive."""
    _, found = np.linalg.eigh(vectors.T @ vectors)
    chosen = found[:, ::-1][:, :count]
    return chosen * np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(count)])


def counts(ids, first_id, pieces):
    """How often each piece is in each text, as a sparse matrix; marks and unknown pieces are left out."""
    kept = [[id - first_id for id in text if id >= first_id] for text in ids]
    ends = np.cumsum([0] + [len(text) for text in kept])
    flat = np.concatenate([np.array(text, np.int32) for text in kept])
    matrix = sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(ids), pieces))
    matrix.sum_duplicates()
    return matrix


def fitted(start, texts, targets):
    """The table near `start` of which the sum of each text's pieces, at length 1, is nearest to its target."""
    table = start / np.median(lengths(texts @ start))
    begin = table
    for _ in range(ROUNDS):
        scaled = (sparse.diags(1 / lengths(texts @ table)) @ texts).tocsr()
        table = solved(scaled, targets, begin)
    return table


def lengths(vectors):
    found = np.linalg.norm(vectors, axis=1)
    return np.where(found == 0, 1, found)


def solved(texts, targets, begin):
    """Conjugate gradients, each number of the vectors for itself, with the diagonal as preconditioner."""
    back = texts.T.tocsr()
    damped = 1 / (np.asarray(texts.multiply(texts).sum(axis=0)).ravel() + STRENGTH)[:, None]
    table = begin.copy()
    rest = back @ (targets - texts @ table)
    nearer = rest * damped
    way, size = nearer.copy(), (rest * nearer).sum(axis=0)
    for _ in range(STEPS):
        image = back @ (texts @ way) + STRENGTH * way
        step = size / np.maximum((way * image).sum(axis=0), 1e-12)
        table += step * way
        rest -= step * image
        nearer = rest * damped
        before, size = size, (rest * nearer).sum(axis=0)
        way = nearer + size / np.maximum(before, 1e-12) * way
    return table
