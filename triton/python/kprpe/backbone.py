# SPDX-License-Identifier: Apache-2.0
"""The network. Module names are those of CVLface's, because weights are found by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import repeat

import torch
from torch import nn
from torch.nn import functional

from .position import bucket_indices, count_buckets, relative_keypoints
from .structure import Structure

#: From tables [B, heads, patches, buckets] and an index [patches, patches] to [B, heads, patches, patches].
IndexOperation = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

HIDDEN_OF_CONTEXT = 256
#: Of the batch normalisations behind the patches, in CVLface as in AdaFace's other networks.
FEATURE_EPSILON = 2e-5

_FUSED_ATTENTION = hasattr(functional, "scaled_dot_product_attention")


class PatchEmbed(nn.Module):
    """Patches to vectors: [B, 3, S, S] -> [B, patches, embed_dim]."""

    def __init__(self, structure: Structure) -> None:
        super().__init__()
        size = structure.patch_size
        self.proj = nn.Conv2d(3, structure.embed_dim, kernel_size=size, stride=size)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return self.proj(planes).flatten(2).transpose(1, 2)


class PatchBatchNorm(nn.Module):
    """Normalises each patch over batch and numbers: [B, patches, embed_dim] -> the same."""

    def __init__(self, patches: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm1d(patches)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.bn(tokens)


def make_norm(structure: Structure) -> nn.Module:
    return (
        nn.LayerNorm(structure.embed_dim)
        if structure.norm_layer == "ln"
        else PatchBatchNorm(structure.patches)
    )


class Attention(nn.Module):
    """Attention of all patches to all, with the encoding of their positions added to the products."""

    def __init__(self, structure: Structure) -> None:
        super().__init__()
        self.heads, self.head_dim = structure.num_heads, structure.head_dim
        # What queries are multiplied with beyond head_dim ** -0.5, which both ways below apply themselves.
        scale = structure.qk_scale
        self.extra_scale = None if scale is None else scale * math.sqrt(self.head_dim)
        self.qkv = nn.Linear(structure.embed_dim, 3 * structure.embed_dim, bias=structure.qkv_bias)
        self.proj = nn.Linear(structure.embed_dim, structure.embed_dim)

    def forward(self, tokens: torch.Tensor, encoding: torch.Tensor) -> torch.Tensor:
        """tokens [B, patches, embed_dim], encoding [B, heads or 1, patches, patches] -> as tokens."""
        batch, patches, width = tokens.shape
        packed = self.qkv(tokens).view(batch, patches, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        queries, keys, values = packed.unbind(0)
        if self.extra_scale is not None:
            queries = queries * self.extra_scale
        if _FUSED_ATTENTION:
            mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=encoding)
        else:
            products = (queries * self.head_dim**-0.5) @ keys.transpose(-2, -1) + encoding
            mixed = products.softmax(dim=-1) @ values
        return self.proj(mixed.transpose(1, 2).reshape(batch, patches, width))


class Mlp(nn.Module):
    def __init__(self, structure: Structure) -> None:
        super().__init__()
        self.fc1 = nn.Linear(structure.embed_dim, structure.hidden_dim)
        self.fc2 = nn.Linear(structure.hidden_dim, structure.embed_dim)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.fc2(functional.relu6(self.fc1(tokens)))


class Block(nn.Module):
    def __init__(self, structure: Structure) -> None:
        super().__init__()
        self.norm1, self.attn = make_norm(structure), Attention(structure)
        self.norm2, self.mlp = make_norm(structure), Mlp(structure)

    def forward(self, tokens: torch.Tensor, encoding: torch.Tensor) -> torch.Tensor:
        tokens = tokens + self.attn(self.norm1(tokens), encoding)
        return tokens + self.mlp(self.norm2(tokens))


class KeypointTransformer(nn.Module):
    """From planes and keypoints to embeddings. For inference: what only training uses is left out."""

    def __init__(self, structure: Structure, index_operation: IndexOperation) -> None:
        super().__init__()
        self.structure = structure
        self._index_operation = index_operation
        self.patch_embed = PatchEmbed(structure)
        self.pos_embed = nn.Parameter(torch.zeros(1, structure.patches, structure.embed_dim))
        self.blocks = nn.ModuleList(Block(structure) for _ in range(structure.depth))
        self.norm = make_norm(structure)
        self.feature = nn.Sequential(
            nn.Linear(structure.embed_dim * structure.patches, structure.embed_dim, bias=False),
            nn.BatchNorm1d(structure.embed_dim, eps=FEATURE_EPSILON),
            nn.Linear(structure.embed_dim, structure.output_dim, bias=False),
            nn.BatchNorm1d(structure.output_dim, eps=FEATURE_EPSILON),
        )
        rpe = structure.rpe_config
        self._buckets = count_buckets(rpe.method, rpe.ratio)
        self.keypoint_linear = self._make_keypoint_linear()
        for number, index in enumerate(bucket_indices(rpe.method, rpe.ratio, structure.side)):
            self.register_buffer(f"_index_{number}", index, persistent=False)
        self._indices = number + 1

    def set_precision(self, dtype: torch.dtype) -> KeypointTransformer:
        """Blocks compute in this type; what follows them, a small part of the work, stays in float32."""
        for part in (self.patch_embed, self.blocks, self.keypoint_linear):
            part.to(dtype)
        self.pos_embed.data = self.pos_embed.data.to(dtype)
        return self

    def forward(self, planes: torch.Tensor, keypoints: torch.Tensor) -> torch.Tensor:
        """Embeddings, not of unit length.

        planes: float32 [B, 3, img_size, img_size], (pixel - 127.5) / 127.5, channels as `color_space` says.
        keypoints: float32 [B, 5, 2], x and y as shares of the crop: eyes, nose, corners of the mouth.
        Returns float32 [B, output_dim].
        """
        tokens = self.patch_embed(planes.to(self.pos_embed.dtype)) + self.pos_embed
        for block, encoding in zip(self.blocks, self._encodings(keypoints), strict=True):
            tokens = block(tokens, encoding)
        return self.feature(self.norm(tokens.float()).flatten(1))

    def _make_keypoint_linear(self) -> nn.Module:
        rpe, context = self.structure.rpe_config, self.structure.rpe_config.context
        tables = (self.structure.num_heads if context.per_head else 1) * (
            self.structure.depth if context.per_layer else 1
        )
        entering, leaving = 2 * rpe.num_keypoints, tables * self._buckets
        if not context.hidden:
            return nn.Linear(entering, leaving)
        return nn.Sequential(
            nn.Linear(entering, HIDDEN_OF_CONTEXT),
            nn.ReLU(),
            nn.LayerNorm(HIDDEN_OF_CONTEXT),
            nn.Linear(HIDDEN_OF_CONTEXT, leaving),
        )

    def _encodings(self, keypoints: torch.Tensor) -> Iterator[torch.Tensor]:
        """For each layer [B, heads or 1, patches, patches], made when asked for: few exist at a time."""
        rpe, context = self.structure.rpe_config, self.structure.rpe_config.context
        entering = relative_keypoints(keypoints[:, : rpe.num_keypoints].float(), self.structure.side)
        entering = entering.to(self.pos_embed.dtype)
        last = self.keypoint_linear
        if isinstance(last, nn.Sequential):
            entering, last = last[:-1](entering), last[-1]
        layers = self.structure.depth if context.per_layer else 1
        maps = zip(last.weight.chunk(layers), last.bias.chunk(layers), strict=True)
        encodings = (self._encode(functional.linear(entering, weight, bias)) for weight, bias in maps)
        return encodings if context.per_layer else repeat(next(encodings), self.structure.depth)

    def _encode(self, tables: torch.Tensor) -> torch.Tensor:
        """[B, patches, heads * buckets], heads apart -> the encoding of one layer."""
        batch, patches, _ = tables.shape
        by_head = tables.view(batch, patches, -1, self._buckets).transpose(1, 2)
        encoding = self._index_operation(by_head, self.get_buffer("_index_0"))
        for number in range(1, self._indices):
            encoding = encoding + self._index_operation(by_head, self.get_buffer(f"_index_{number}"))
        return encoding
