"""Decoding and suppression against plain loops that follow the definitions word by word."""

from __future__ import annotations

import math
import unittest

import numpy as np
from face_serving.candidates import (
    DETECTOR_RULES,
    GRID_STRIDES,
    Candidates,
    decode_rfb,
    decode_scrfd,
    decode_yunet,
    only_finite,
    suppress_overlaps,
)

SIZE = (96, 64)


def grid_heads(random: np.random.Generator, anchors: int, columns: dict[str, int]) -> dict[str, np.ndarray]:
    """Random outputs of a detector for planes of SIZE."""
    heads = {}
    for stride in GRID_STRIDES:
        rows = (SIZE[0] // stride) * (SIZE[1] // stride) * anchors
        for name, count in columns.items():
            values = random.normal(0.5, 0.6, (rows, count))
            heads[f"{name}_{stride}"] = values.astype(np.float32)
    return heads


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if not (width > 0 and height > 0):
        return 0.0
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union


def suppressed_by_loops(found: Candidates, limit: float) -> list[int]:
    order = sorted(range(len(found.scores)), key=lambda each: -found.scores[each])
    kept: list[int] = []
    for each in order:
        if all(overlap(found.boxes[better], found.boxes[each]) <= limit for better in kept):
            kept.append(each)
    return kept


class Decoding(unittest.TestCase):
    def test_scrfd_reads_distances_from_corners_of_cells(self) -> None:
        random = np.random.default_rng(1)
        for threshold in (0.0, 0.5, 0.9):
            heads = grid_heads(random, 2, {"score": 1, "bbox": 4, "kps": 10})
            found = decode_scrfd(heads, SIZE, threshold)
            at = 0
            for stride in GRID_STRIDES:
                for row, score in enumerate(heads[f"score_{stride}"][:, 0].tolist()):
                    if not score > threshold:
                        continue
                    cell = row // 2
                    left = (cell % (SIZE[0] // stride)) * stride
                    top = (cell // (SIZE[0] // stride)) * stride
                    x1, y1, x2, y2 = (heads[f"bbox_{stride}"][row].astype(float) * stride).tolist()
                    self.assertEqual(found.boxes[at].tolist(), [left - x1, top - y1, left + x2, top + y2])
                    points = heads[f"kps_{stride}"][row].astype(float).tolist()
                    self.assertEqual(
                        found.points[at].tolist(),
                        [(top if axis % 2 else left) + value * stride for axis, value in enumerate(points)],
                    )
                    self.assertEqual(found.scores[at], score)
                    at += 1
            self.assertEqual(len(found.scores), at)

    def test_yunet_reads_offsets_and_exponents(self) -> None:
        random = np.random.default_rng(2)
        heads = grid_heads(random, 1, {"cls": 1, "obj": 1, "bbox": 4, "kps": 10})
        found = decode_yunet(heads, SIZE, 0.5)
        at = 0
        for stride in GRID_STRIDES:
            columns = SIZE[0] // stride
            for row in range(len(heads[f"cls_{stride}"])):
                shares = [
                    min(max(float(heads[f"{name}_{stride}"][row, 0]), 0.0), 1.0) for name in ("cls", "obj")
                ]
                score = math.sqrt(shares[0] * shares[1])
                if not score > 0.5:
                    continue
                left, top = (row % columns) * stride, (row // columns) * stride
                x, y, width, height = heads[f"bbox_{stride}"][row].astype(float).tolist()
                centre = left + x * stride, top + y * stride
                half = math.exp(width) * stride / 2, math.exp(height) * stride / 2
                expected = [
                    centre[0] - half[0],
                    centre[1] - half[1],
                    centre[0] + half[0],
                    centre[1] + half[1],
                ]
                np.testing.assert_allclose(found.boxes[at], expected, rtol=1e-14)
                self.assertEqual(found.scores[at], score)
                at += 1
        self.assertEqual(len(found.scores), at)

    def test_rfb_reads_shares_of_the_sides(self) -> None:
        heads = {
            "scores": np.array([[0.2, 0.8], [0.9, 0.1], [0.3, 0.7]], np.float32),
            "boxes": np.array([[0.25, 0.5, 0.5, 1], [0, 0, 1, 1], [-0.5, 0, 0.5, 0.25]], np.float32),
        }
        found = decode_rfb(heads, SIZE, 0.6)
        self.assertEqual(found.boxes.tolist(), [[24, 32, 48, 64], [-48, 0, 48, 16]])
        np.testing.assert_allclose(found.scores, [0.8, 0.7], rtol=1e-6)
        self.assertEqual(found.points.shape, (2, 0))

    def test_a_score_counts_from_above_the_threshold_in_double_precision(self) -> None:
        # The float32 next to .6 is larger than .6; a comparison in single precision would not see that.
        heads = {"scores": np.array([[0, 0.6]], np.float32), "boxes": np.zeros((1, 4), np.float32)}
        self.assertEqual(len(decode_rfb(heads, SIZE, 0.6).scores), 1)
        heads["scores"][0, 1] = 0.5
        self.assertEqual(len(decode_rfb(heads, SIZE, 0.5).scores), 0)

    def test_no_face_at_all(self) -> None:
        for kind, columns in (("scrfd", 1), ("yunet", 1), ("rfb", 2)):
            rules = DETECTOR_RULES[kind]
            width = {"bbox": 4, "kps": 10, "boxes": 4, "scores": columns}
            heads = {
                name: np.zeros((96 * 64 // 64 * 2, width.get(name.split("_")[0], 1)), np.float32)
                for name in rules.outputs
            }
            found = rules.decode(heads, SIZE, 0.5)
            self.assertEqual(found.boxes.shape, (0, 4))
            self.assertEqual(len(suppress_overlaps(only_finite(found), 0.4).scores), 0)

    def test_what_is_not_finite_is_left_out(self) -> None:
        heads = grid_heads(np.random.default_rng(3), 1, {"cls": 1, "obj": 1, "bbox": 4, "kps": 10})
        for stride in GRID_STRIDES:
            heads[f"cls_{stride}"][:] = heads[f"obj_{stride}"][:] = 1
            heads[f"bbox_{stride}"][::3, 2] = 1000
            heads[f"kps_{stride}"][1::3, 7] = np.nan
        found = decode_yunet(heads, SIZE, 0.5)
        finite = only_finite(found)
        self.assertTrue(0 < len(finite.scores) < len(found.scores))
        self.assertTrue(np.isfinite(finite.boxes).all() and np.isfinite(finite.points).all())

    def test_a_score_that_is_no_number_is_none(self) -> None:
        heads = {"scores": np.full((2, 2), np.nan, np.float32), "boxes": np.zeros((2, 4), np.float32)}
        self.assertEqual(len(decode_rfb(heads, SIZE, 0.0).scores), 0)


class Suppression(unittest.TestCase):
    def test_equals_plain_loops(self) -> None:
        random = np.random.default_rng(4)
        for count in [0, 1, 2, 3, 10, 60, 200]:
            for limit in (0.0, 0.3, 0.45, 1.0):
                corner = random.uniform(0, 60, (count, 2))
                # Few different sizes and scores, so that boxes are equal, touch, or hold nothing.
                boxes = np.concatenate(
                    (corner, corner + random.integers(0, 4, (count, 2)) * 10.0), axis=1
                ).round(-1)
                scores = random.integers(1, 6, count) / 5
                found = Candidates(boxes, scores, np.arange(count * 10, dtype=float).reshape(count, 10))
                kept = suppressed_by_loops(found, limit)
                result = suppress_overlaps(found, limit)
                self.assertEqual(result.points[:, 0].tolist(), found.points[kept, 0].tolist())
                self.assertEqual(result.boxes.tolist(), boxes[kept].tolist())

    def test_falls_in_score_and_keeps_the_order_of_equals(self) -> None:
        boxes = np.array([[0, 0, 1, 1], [2, 0, 3, 1], [4, 0, 5, 1], [6, 0, 7, 1]], float)
        found = Candidates(boxes, np.array([0.5, 0.9, 0.5, 0.7]), np.empty((4, 0)))
        self.assertEqual(suppress_overlaps(found, 0.4).boxes[:, 0].tolist(), [2, 6, 0, 4])

    def test_many_boxes_take_memory_for_one_row_each(self) -> None:
        count = 20_000
        boxes = np.tile(np.array([[10.0, 10, 50, 50]]), (count, 1))
        found = Candidates(boxes, np.linspace(0.5, 1, count), np.empty((count, 0)))
        self.assertEqual(suppress_overlaps(found, 0.4).scores.tolist(), [1.0])


if __name__ == "__main__":
    unittest.main()
