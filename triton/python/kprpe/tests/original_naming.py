# SPDX-License-Identifier: Apache-2.0
"""A second network, made for the tests: CVLface's module tree, and its formulas in their plainest form.

Tree, names and formulas follow models/vit_kprpe of CVLface (https://github.com/mk-minchul/CVLface, MIT
licence); the text is ours. Whatever could be shared with the backbone under test is written a second time,
with loops where loops are plainer.
"""

from __future__ import annotations

import math

import torch
from torch import nn


def rp_bucket(rows: int, columns: int, ratio: float) -> int:
    """The product method: a bucket for a pair of patches that are so far apart."""

    def piecewise(value: int) -> int:
        if abs(value) <= ratio:
            return value
        grown = ratio + math.log(abs(value) / ratio) / math.log(8 * ratio / ratio) * (2 * ratio - ratio)
        return int((1 if value > 0 else -1) * min(float(round(grown)), 2 * ratio))

    beta = int(2 * ratio)
    return (piecewise(rows) + beta) * (2 * beta + 1) + piecewise(columns) + beta


class OriginalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int, side: int, ratio: float) -> None:
        super().__init__()
        self.num_heads, self.side, self.ratio = num_heads, side, ratio
        self.qkv = nn.Linear(dim, dim * 3, bias=False)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, rel_keypoints: torch.Tensor) -> torch.Tensor:
        """rel_keypoints [B, heads, L, buckets]."""
        batch, length, dim = x.shape
        q, k, v = self.qkv(x).reshape(batch, length, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        attn = (q * (dim // self.num_heads) ** -0.5) @ k.transpose(-2, -1)
        for i in range(length):
            for j in range(length):
                rows, columns = i // self.side - j // self.side, i % self.side - j % self.side
                attn[:, :, i, j] += rel_keypoints[:, :, i, rp_bucket(rows, columns, self.ratio)]
        out = (attn.softmax(dim=-1) @ v).transpose(1, 2).reshape(batch, length, dim)
        return self.proj(out)


class OriginalMlp(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.act, self.fc2 = nn.Linear(dim, hidden), nn.ReLU6(), nn.Linear(hidden, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(self.act(self.fc1(x)))


class OriginalBlock(nn.Module):
    def __init__(self, dim: int, num_heads: int, mlp_ratio: float, side: int, ratio: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = OriginalAttention(dim, num_heads, side, ratio)
        self.mlp = OriginalMlp(dim, int(dim * mlp_ratio))

    def forward(self, x: torch.Tensor, rel_keypoints: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), rel_keypoints)
        return x + self.mlp(self.norm2(x))


class OriginalPatchEmbed(nn.Module):
    def __init__(self, patch_size: int, embed_dim: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, embed_dim, kernel_size=patch_size, stride=patch_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.proj(x).flatten(2).transpose(1, 2)


class VisionTransformerWithKPRPE(nn.Module):
    """As CVLface builds it for `rel_keypoint_splithead_unshared`."""

    def __init__(
        self,
        img_size: int = 32,
        patch_size: int = 8,
        num_classes: int = 24,
        embed_dim: int = 32,
        depth: int = 3,
        num_heads: int = 4,
        mlp_ratio: float = 2,
        ratio: float = 1.9,
    ) -> None:
        super().__init__()
        self.side, self.depth, self.num_heads = img_size // patch_size, depth, num_heads
        patches = self.side**2
        self.patch_embed = OriginalPatchEmbed(patch_size, embed_dim)
        self.pos_embed = nn.Parameter(torch.zeros(1, patches, embed_dim))
        self.blocks = nn.ModuleList(
            [OriginalBlock(embed_dim, num_heads, mlp_ratio, self.side, ratio) for _ in range(depth)]
        )
        self.norm = nn.LayerNorm(embed_dim)
        self.feature = nn.Sequential(
            nn.Linear(embed_dim * patches, embed_dim, bias=False),
            nn.BatchNorm1d(embed_dim, eps=2e-5),
            nn.Linear(embed_dim, num_classes, bias=False),
            nn.BatchNorm1d(num_classes, eps=2e-5),
        )
        self.num_buckets = (2 * int(2 * ratio) + 1) ** 2
        self.keypoint_linear = nn.Linear(2 * 5, self.num_buckets * num_heads * depth)

    def forward(self, x: torch.Tensor, keypoints: torch.Tensor) -> torch.Tensor:
        batch = x.shape[0]
        x = self.patch_embed(x) + self.pos_embed
        ctx = self.keypoint_linear(self.rel_keypoints(keypoints))
        ctx = ctx.view(batch, -1, self.num_heads * self.depth, self.num_buckets).transpose(1, 2)
        for block, rel_keypoints in zip(self.blocks, ctx.chunk(self.depth, dim=1), strict=True):
            x = block(x, rel_keypoints)
        return self.feature(self.norm(x).reshape(batch, -1))

    def rel_keypoints(self, keypoints: torch.Tensor) -> torch.Tensor:
        """[B, 5, 2] -> [B, L, 10]."""
        edges = torch.linspace(0, 1, self.side + 1)
        centres = (edges[:-1] + edges[1:]) / 2
        rows, columns = torch.meshgrid(centres, centres, indexing="ij")
        grid = torch.stack([columns, rows], dim=-1).reshape(-1, 2)
        return (grid[None, :, None] - keypoints[:, None]).flatten(2)


class ViTKPRPEModel(nn.Module):
    """What model.pt is saved from."""

    def __init__(self) -> None:
        super().__init__()
        self.net = VisionTransformerWithKPRPE()


class CVLFaceRecognitionModel(nn.Module):
    """What model.safetensors is saved from."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ViTKPRPEModel()


def randomise(model: nn.Module) -> nn.Module:
    """Numbers that make every part count; a fresh network has zeros in keypoint_linear."""
    for value in (*model.parameters(), *model.buffers()):
        if value.is_floating_point():
            nn.init.uniform_(value, -0.3, 0.3)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()
