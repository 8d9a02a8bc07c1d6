# SPDX-License-Identifier: Apache-2.0
"""The formula of rerank_compute.h in numpy, as fast as numpy lets one be: the yardstick of the bench."""

import math

import numpy as np


def lengths_of(rows: np.ndarray) -> np.ndarray:
    """Lengths [K] of float64 rows [K, D]; not finite where an element or the square is not."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def gram_matrix(unit: np.ndarray) -> np.ndarray:
    """All cosines. Of a matrix times its own transpose BLAS computes one half (ssyrk), numpy copies the other."""
    return unit @ unit.T


def rerank(query: np.ndarray, candidates: np.ndarray, alpha: float, tau: float, threshold: float) -> np.ndarray:
    """
    Scores [K] of candidates [K, D] for a query [D], in mode max and without a shift for the size of the gallery.
    Cosines with the query are computed in double, votes in single precision. A candidate without a direction
    scores 0 and has no vote.
    """
    rows, direction = candidates.astype(np.float64, copy=False), query.astype(np.float64, copy=False)
    lengths = lengths_of(rows)
    usable = np.isfinite(lengths) & (lengths > 0)
    if not usable.all():
        rows = candidates = np.where(usable[:, None], rows, 0)
        lengths[~usable] = 1
    cosines = rows @ direction / (lengths * lengths_of(direction[None]))
    theta = min(max(threshold, 0.5), 0.95)
    lowest = np.float32(tau + math.log(theta / (1 - theta)) / alpha)
    single = np.multiply(candidates, (1 / lengths)[:, None], dtype=np.float32, casting="same_kind")
    weights = gram_matrix(single)
    np.fill_diagonal(weights, np.inf)  # linked to itself, whatever the threshold
    best = cosines.copy()
    linked = np.flatnonzero(np.count_nonzero(weights > lowest, axis=1) > 1)
    if linked.size:
        if linked.size < len(weights) // 2:
            weights, single = weights[np.ix_(linked, linked)], single[linked]
        else:
            linked = np.arange(len(weights))
        weights -= lowest
        weights *= np.float32(alpha / 5)
        np.clip(weights, 0, 1, out=weights)
        templates = weights @ single
        template_lengths = np.sqrt(np.einsum("ij,ij->i", templates, templates, dtype=np.float64))
        votes = weights @ cosines[linked].astype(np.float32)
        best[linked] = np.maximum(best[linked], votes / np.maximum(template_lengths, 1e-30))
    scores = 1 / (1 + np.exp(-np.clip(alpha * (best - tau), -700, 700)))
    scores[best >= 1 - 1e-9] = 1
    scores[~usable] = 0
    return scores
