# SPDX-License-Identifier: Apache-2.0
"""An aligner made as CVLface makes it, of few numbers: net, prior boxes and preprocessor."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn

ANCHORS = 2 * (20 * 20 + 10 * 10 + 5 * 5)


class PriorBox:
    """Decodes what the network says about each anchor."""

    def __init__(self) -> None:
        self.priors = torch.rand(ANCHORS, 4, generator=torch.Generator().manual_seed(1))

    def decode_landm_batch(self, prediction: torch.Tensor) -> torch.Tensor:
        """[B, anchors, 10] -> the same, in shares of the picture."""
        priors = self.priors.unsqueeze(0).expand(prediction.size(0), -1, -1)
        points = [
            priors[:, :, :2] + prediction[:, :, at : at + 2] * 0.1 * priors[:, :, 2:]
            for at in range(0, 10, 2)
        ]
        return torch.cat(points, dim=-1)


class SmallNetwork(nn.Module):
    """Three maps of features, heads, decoding, and a weighted sum over anchors: fourth of five answers."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 8, stride=8)
        self.down = nn.ModuleList(nn.Conv2d(8, 8, 3, stride=2, padding=1) for _ in range(2))
        self.heads = nn.ModuleList(nn.Conv2d(8, 2 * 16, 1) for _ in range(3))
        self.aggregator = nn.Linear(16, 1)

    def forward(
        self, planes: torch.Tensor, prior_box: PriorBox
    ) -> tuple[None, None, None, torch.Tensor, None]:
        """planes [B, 3, 160, 160] -> [B, 16]: box, class scores, five points."""
        maps = [self.stem(planes)]
        for down in self.down:
            maps.append(down(maps[-1].relu()))
        said = [
            head(each).permute(0, 2, 3, 1).reshape(each.shape[0], -1, 16)
            for head, each in zip(self.heads, maps, strict=True)
        ]
        numbers = torch.cat(said, dim=1)
        combined = torch.cat([numbers[..., :6], prior_box.decode_landm_batch(numbers[..., 6:])], dim=2)
        weight = self.aggregator(combined).softmax(dim=1)
        return None, None, None, (weight * combined).sum(dim=1), None


def small_aligner(padding: float = 0) -> SimpleNamespace:
    """As a loader of CVLface returns it: the aligner is in `model`."""
    torch.manual_seed(5)
    preprocessor = SimpleNamespace(output_size=160, padding=padding)
    return SimpleNamespace(
        model=SimpleNamespace(net=SmallNetwork().eval(), prior_box=PriorBox(), preprocessor=preprocessor)
    )
