"""Networks by onnxruntime, on a CPU."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Sequence

import numpy as np


class OnnxNetwork:
    """A network of one input. Calls must not overlap."""

    def __init__(self, path: Path, outputs: Sequence[str]) -> None:
        """
        :param outputs: names of those that are read; the only output is read whatever it is called
        :raises ValueError: when the file has other inputs or outputs
        """
        # From 1.29 on it reports to Microsoft which models run where, unless this is set before it is loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        # Only here: production's image has no onnxruntime, and models with plans do without.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # One caller a core is faster than one call on all cores; instances are the way to use them.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        inputs = [each.name for each in self._session.get_inputs()]
        if len(inputs) != 1:
            raise ValueError(f"{path} has the inputs {', '.join(inputs)}, expected exactly one")
        self._input = inputs[0]
        self._names = list(outputs)
        self._outputs = self._find_outputs(path)

    def warm_up(self) -> None:
        """Runs once with zeros, so that the first request does not pay for what is set up then."""
        shape = self._session.get_inputs()[0].shape
        self.run(np.zeros([size if isinstance(size, int) else 1 for size in shape], np.float32))

    def run(self, planes: np.ndarray) -> dict[str, np.ndarray]:
        """
        :param planes: float32 [1, ...]
        :returns: float32 [1, ...] by the names that were asked for
        """
        return dict(zip(self._names, self._session.run(self._outputs, {self._input: planes})))

    def _find_outputs(self, path: Path) -> list[str]:
        present = [each.name for each in self._session.get_outputs()]
        if len(self._names) == 1 == len(present):
            return present
        missing = [name for name in self._names if name not in present]
        if missing:
            raise ValueError(f"{path} has no output {missing[0]}, only {', '.join(present)}")
        return self._names
