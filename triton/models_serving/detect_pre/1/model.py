"""Made from triton/profiles/tensorrt.json: edits here are lost. See triton/README.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "../python"))

from face_serving.models.detect_pre import TritonPythonModel  # noqa: E402, F401
