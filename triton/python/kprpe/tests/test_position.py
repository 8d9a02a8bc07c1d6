# SPDX-License-Identifier: Apache-2.0
"""Buckets and relative keypoints."""

from __future__ import annotations

import unittest

import torch

from ..position import bucket_indices, count_buckets, piecewise_index, relative_keypoints
from ..structure import METHODS
from .original_naming import VisionTransformerWithKPRPE, rp_bucket


class Position(unittest.TestCase):
    def test_piecewise_index_of_the_published_ratio(self) -> None:
        # Distances 0..13 of 14 patches, ratio 1.9: 1.9 + ln(d / 1.9) / ln 8 * 1.9, rounded, at most int(3.8).
        expected = [0, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]
        self.assertEqual([piecewise_index(distance, 1.9) for distance in range(14)], expected)
        self.assertEqual([-piecewise_index(-distance, 1.9) for distance in range(14)], expected)

    def test_buckets_are_those_of_the_original(self) -> None:
        for side, ratio in ((14, 1.9), (5, 1.0), (7, 3.3)):
            (index,) = bucket_indices("product", ratio, side)
            for one in range(side * side):
                for other in range(0, side * side, 3):
                    rows, columns = one // side - other // side, one % side - other % side
                    self.assertEqual(index[one, other].item(), rp_bucket(rows, columns, ratio))

    def test_every_method_stays_within_its_buckets(self) -> None:
        for method in METHODS:
            for ratio in (0.5, 1.0, 1.9, 4.2):
                indices = bucket_indices(method, ratio, 6)
                self.assertEqual(len(indices), 2 if method == "cross" else 1)
                for index in indices:
                    self.assertEqual((index.dtype, tuple(index.shape)), (torch.int32, (36, 36)))
                    self.assertTrue(index.min() >= 0 and index.max() < count_buckets(method, ratio))
                    self.assertTrue(index.is_contiguous())
        self.assertEqual([count_buckets(method, 1.9) for method in METHODS], [7, 7, 49, 7])

    def test_distances_of_the_other_methods(self) -> None:
        # From the first patch of 3 x 3 to each, with a ratio that tells all of these distances apart.
        (euclidean,) = bucket_indices("euc", 10, 3)
        self.assertEqual((euclidean[0] - 20).tolist(), [0, 1, 2, 1, 1, 2, 2, 2, 3])
        (quantised,) = bucket_indices("quant", 10, 3)
        self.assertEqual((quantised[0] - 20).tolist(), [0, 1, 4, 1, 2, 5, 4, 5, 8])
        rows, columns = bucket_indices("cross", 10, 3)
        self.assertEqual((rows[0] - 20).tolist(), [0, 0, 0, -1, -1, -1, -2, -2, -2])
        self.assertEqual((columns[0] - 20).tolist(), [0, -1, -2, 0, -1, -2, 0, -1, -2])

    def test_relative_keypoints_are_those_of_the_original(self) -> None:
        torch.manual_seed(0)
        keypoints = torch.rand(2, 5, 2)
        expected = VisionTransformerWithKPRPE().rel_keypoints(keypoints)
        torch.testing.assert_close(relative_keypoints(keypoints, 4), expected)
        # A keypoint at the centre of the second patch of the first row: x before y.
        one = relative_keypoints(torch.tensor([[[0.375, 0.125]]]), 4)
        self.assertEqual(one[0, 1].tolist(), [0, 0])
        self.assertEqual(one[0, 0].tolist(), [-0.25, 0])


if __name__ == "__main__":
    unittest.main()
