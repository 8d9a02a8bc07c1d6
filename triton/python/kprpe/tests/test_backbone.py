# SPDX-License-Identifier: Apache-2.0
"""The network with random weights of a small configuration."""

from __future__ import annotations

import unittest
from dataclasses import replace
from functools import partial

import torch
from rpe_ops.index import load, rpe_index
from rpe_ops.tests.built_library import built_library

from .. import backbone as module
from ..backbone import KeypointTransformer
from ..structure import CONTEXTS, METHODS, RpeConfig, Structure
from ..weights import load_weights
from .original_naming import VisionTransformerWithKPRPE, randomise

SMALL = {
    "img_size": 32,
    "patch_size": 8,
    "embed_dim": 32,
    "depth": 3,
    "num_heads": 4,
    "mlp_ratio": 2,
    "output_dim": 24,
}
GATHER = partial(rpe_index, implementation="gather")


def make(index_operation: module.IndexOperation, rpe: RpeConfig, **structure: object) -> KeypointTransformer:
    return KeypointTransformer(Structure(**{**SMALL, **structure}, rpe_config=rpe), index_operation).eval()


def faces(count: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(count, 3, 32, 32) * 2 - 1, torch.rand(count, 5, 2)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        load(built_library())

    def setUp(self) -> None:
        torch.manual_seed(0)

    def test_extension_and_gather_give_the_same_embeddings(self) -> None:
        for method in METHODS:
            for ctx_type in CONTEXTS:
                rpe = RpeConfig(method=method, ctx_type=ctx_type, num_keypoints=4 if method == "euc" else 5)
                for dtype in (torch.float32, torch.bfloat16):
                    with self.subTest(method=method, ctx_type=ctx_type, dtype=dtype), torch.inference_mode():
                        mine = randomise(make(rpe_index, rpe))
                        other = make(GATHER, rpe)
                        other.load_state_dict(mine.state_dict())
                        planes, keypoints = faces()
                        results = [each.set_precision(dtype)(planes, keypoints) for each in (mine, other)]
                        self.assertEqual(results[0].dtype, torch.float32)
                        self.assertEqual(tuple(results[0].shape), (3, 24))
                        self.assertTrue(torch.equal(*results))

    def test_gives_what_the_original_formulas_give(self) -> None:
        original = randomise(VisionTransformerWithKPRPE())
        planes, keypoints = faces()
        with torch.inference_mode():
            expected = original(planes, keypoints)
            for fused in {module._FUSED_ATTENTION, False}:
                mine = make(rpe_index, RpeConfig())
                load_weights(mine, original.state_dict(), "original")
                with self.subTest(fused=fused):
                    before, module._FUSED_ATTENTION = module._FUSED_ATTENTION, fused
                    self.addCleanup(setattr, module, "_FUSED_ATTENTION", before)
                    torch.testing.assert_close(mine(planes, keypoints), expected, rtol=1e-4, atol=1e-5)

    def test_every_keypoint_counts_in_every_layer(self) -> None:
        mine = randomise(make(rpe_index, RpeConfig()))
        torch.nn.init.uniform_(mine.keypoint_linear.weight, -5, 5)
        planes, keypoints = faces(1)
        with torch.inference_mode():
            before = mine(planes, keypoints)
            for layer in mine.keypoint_linear.weight.chunk(3):
                for point in range(5):
                    kept = layer[:, 2 * point : 2 * point + 2].clone()
                    layer[:, 2 * point : 2 * point + 2] = 0
                    self.assertGreater((mine(planes, keypoints) - before).abs().max().item(), 1e-4)
                    layer[:, 2 * point : 2 * point + 2] = kept
            self.assertTrue(torch.equal(mine(planes, keypoints), before))

    def test_faces_of_a_batch_do_not_know_each_other(self) -> None:
        for norm_layer in ("ln", "bn"):
            mine = randomise(make(rpe_index, RpeConfig(), norm_layer=norm_layer, qkv_bias=True, qk_scale=0.5))
            planes, keypoints = faces(4)
            with torch.inference_mode():
                together = mine(planes, keypoints)
                for face in range(4):
                    alone = mine(planes[face : face + 1], keypoints[face : face + 1])
                    torch.testing.assert_close(alone, together[face : face + 1], rtol=1e-4, atol=1e-5)

    def test_scale_of_the_products_can_be_set(self) -> None:
        usual = randomise(make(rpe_index, RpeConfig()))
        planes, keypoints = faces(1)
        with torch.inference_mode():
            for scale, same in ((8**-0.5, True), (1.0, False)):
                mine = make(rpe_index, RpeConfig(), qk_scale=scale)
                mine.load_state_dict(usual.state_dict())
                close = torch.allclose(
                    mine(planes, keypoints), usual(planes, keypoints), rtol=1e-4, atol=1e-5
                )
                self.assertEqual(close, same)

    def test_lower_precision_stays_close(self) -> None:
        mine = randomise(make(rpe_index, RpeConfig()))
        planes, keypoints = faces()
        with torch.inference_mode():
            exact = mine(planes, keypoints)
            rounded = mine.set_precision(torch.bfloat16)(planes, keypoints)
        self.assertGreater(torch.cosine_similarity(exact, rounded).min().item(), 0.999)

    def test_base_has_as_many_numbers_as_the_published_weights(self) -> None:
        # adaface_vit_base_kprpe_webface12m: a file of 460 381 841 bytes, numbers of 4 and some 320 names.
        with_one, with_two = (
            sum(value.numel() for value in KeypointTransformer(structure, GATHER).state_dict().values())
            for structure in (replace(Structure(), depth=1), replace(Structure(), depth=2))
        )
        numbers = with_one + (Structure().depth - 1) * (with_two - with_one)
        self.assertLess(4 * numbers, 460_381_841)
        self.assertGreater(4 * numbers, 460_381_841 - 200_000)


if __name__ == "__main__":
    unittest.main()
