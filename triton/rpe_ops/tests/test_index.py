# SPDX-License-Identifier: Apache-2.0
"""The operation on a CPU: values, gradient, and what it refuses."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch

from .. import index as module
from ..index import gather_index, load, rpe_index
from .built_library import built_library

TYPES = (torch.float32, torch.float16, torch.bfloat16, torch.float64)


def plain_loops(values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The definition, an element at a time."""
    batch, heads, queries, _ = values.shape
    result = torch.empty(batch, heads, queries, index.shape[-1], dtype=values.dtype)
    for b, h, i, j in itertools.product(*map(range, result.shape)):
        chosen = index[b, i, j] if index.dim() == 3 else index[i, j]
        result[b, h, i, j] = values[b, h, i, int(chosen)]
    return result


class Operation(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        load(built_library())
        torch.manual_seed(0)

    def test_is_its_definition(self) -> None:
        for values_type, index_type, shared in itertools.product(
            TYPES, (torch.int32, torch.int64), (True, False)
        ):
            with self.subTest(values=values_type, index=index_type, shared=shared):
                values = torch.randn(2, 3, 4, 6).to(values_type)
                index = torch.randint(6, (4, 5) if shared else (2, 4, 5)).to(index_type)
                result = rpe_index(values, index)
                self.assertTrue(torch.equal(result, plain_loops(values, index)))
                self.assertTrue(torch.equal(result, rpe_index(values, index, "gather")))
                self.assertTrue(result.is_contiguous())

    def test_large_enough_for_several_threads(self) -> None:
        values = torch.randn(4, 16, 196, 49)
        index = torch.randint(49, (196, 196), dtype=torch.int32)
        self.assertTrue(torch.equal(rpe_index(values, index), gather_index(values, index)))

    def test_reads_views_where_they_lie(self) -> None:
        values = torch.randn(2, 5, 3, 7)
        index = torch.randint(7, (2, 5, 4))
        for view in (
            values.transpose(1, 2),
            values.permute(0, 2, 1, 3).flip(3),
            values[:, :, :1].transpose(1, 2).expand(2, 3, 5, 7),
            values.repeat(1, 1, 1, 2)[..., ::2].transpose(1, 2),
        ):
            self.assertTrue(torch.equal(rpe_index(view, index), gather_index(view, index)))
        self.assertTrue(
            torch.equal(
                rpe_index(values.transpose(1, 2), index.transpose(1, 2).contiguous().transpose(1, 2)),
                gather_index(values.transpose(1, 2), index),
            )
        )

    def test_gradient_is_right_to_the_second_order(self) -> None:
        values = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
        for index in (torch.randint(4, (3, 5)), torch.randint(4, (2, 3, 5), dtype=torch.int32)):
            self.assertTrue(torch.autograd.gradcheck(lambda x, index=index: rpe_index(x, index), (values,)))

    def test_gradient_of_a_view_is_that_of_gather(self) -> None:
        index = torch.randint(9, (14, 14))
        for values_type in TYPES:
            leaves = [torch.randn(3, 14, 2, 9).to(values_type).requires_grad_()]
            leaves.append(leaves[0].detach().clone().requires_grad_())
            for leaf, implementation in zip(leaves, ("extension", "gather"), strict=True):
                # Whole numbers: their sums are exact in every type.
                weights = torch.arange(3 * 2 * 14 * 14).remainder(5).view(3, 2, 14, 14).to(values_type)
                (rpe_index(leaf.transpose(1, 2), index, implementation) * weights).sum().backward()
            self.assertTrue(torch.equal(leaves[0].grad, leaves[1].grad), values_type)

    def test_half_gradient_adds_up_in_single_precision(self) -> None:
        # 4096 + 1 is 4096 in float16: a sum in the type itself stops there.
        values = torch.zeros(1, 1, 1, 1, dtype=torch.float16, requires_grad=True)
        rpe_index(values, torch.zeros(1, 6000, dtype=torch.int64)).sum().backward()
        self.assertEqual(values.grad.item(), 6000)

    def test_nothing_to_do(self) -> None:
        for shape, index_shape in (((0, 2, 3, 4), (3, 5)), ((2, 0, 3, 4), (3, 5)), ((2, 2, 0, 4), (0, 5))):
            values = torch.randn(shape, requires_grad=True)
            result = rpe_index(values, torch.zeros(index_shape, dtype=torch.int64))
            self.assertEqual(tuple(result.shape), (*shape[:3], index_shape[1]))
            result.sum().backward()
            self.assertEqual(values.grad.shape, values.shape)
        self.assertEqual(
            rpe_index(torch.randn(1, 1, 2, 0), torch.zeros(2, 0, dtype=torch.int32)).shape[-1], 0
        )

    def test_refusals_name_the_tensor(self) -> None:
        values, index = torch.randn(2, 3, 4, 5), torch.zeros(4, 6, dtype=torch.int64)
        cases = (
            (
                TypeError,
                r"input must be float16, bfloat16, float32 or float64, but is Int",
                values.int(),
                index,
            ),
            (TypeError, r"index must be int32 or int64, but is Float", values, index.float()),
            (TypeError, r"index must be int32 or int64, but is Short", values, index.short()),
            (ValueError, r"input must have 4 dimensions, but has shape \[3, 4, 5\]", values[0], index),
            (ValueError, r"index must be .* but has shape \[6\]", values, index[0]),
            (ValueError, r"input has 4 queries .* but index has 3", values, index[:3]),
            (ValueError, r"input has a batch of 2, but index one of 3", values, index.expand(3, 4, 6)),
            (ValueError, r"input has no buckets", values[..., :0], index),
            (
                IndexError,
                r"bucket 5 at position 7, but there are 5 buckets",
                values,
                index.flatten().scatter(0, torch.tensor([7]), 5).view(4, 6),
            ),
            (IndexError, r"bucket -1 at position 0", values, index - 1),
            (
                ValueError,
                r'implementation must be "extension" or "gather", but is "cuda"',
                values,
                index,
                "cuda",
            ),
        )
        for kind, text, *arguments in cases:
            with self.subTest(text), self.assertRaisesRegex(kind, text):
                rpe_index(*arguments)

    def test_backward_checks_what_it_is_given(self) -> None:
        gradient, index = torch.randn(1, 1, 2, 3), torch.tensor([[0, 1, 2], [2, 1, 0]])
        backward = torch.ops.rpe_ops.index_backward
        with self.assertRaisesRegex(ValueError, "grad_output has 3 keys, but index has 2"):
            backward(gradient, index[:, :2], 3)
        with self.assertRaisesRegex(IndexError, "bucket 2 at position 2, but there are 2 buckets"):
            backward(gradient, index, 2)
        with self.assertRaisesRegex(ValueError, "must not be negative"):
            backward(gradient, index, -1)

    def test_loads_once(self) -> None:
        self.assertEqual(load(Path("/nowhere/at/all.so")), module._loaded)


class NotBuilt(unittest.TestCase):
    def test_says_how_to_build(self) -> None:
        program = (
            "import torch, rpe_ops.index as i; i.rpe_index(torch.zeros(1,1,1,1), torch.zeros(1,1).int())"
        )
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                [sys.executable, "-c", program],
                capture_output=True,
                text=True,
                check=False,
                cwd=Path(__file__).resolve().parents[2],
                env=os.environ | {"FACE_V3_RPE_OPS_CACHE": folder},
            )
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("rpe_ops has not been built for this machine", result.stderr)
        self.assertIn("python3 -m rpe_ops build --arch", result.stderr)


if __name__ == "__main__":
    unittest.main()
