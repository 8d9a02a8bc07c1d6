/**
 * The model.py of a model whose code is in the Python packages that all models share.
 * @param packages folder of the packages, relative to the repository, or absolute
 */
export function pythonEntry(module: string, packages: string, origin: string): string {
  const folder = packages.startsWith('/')
    ? `Path(${JSON.stringify(packages)})`
    : `Path(__file__).resolve().parents[2] / ${JSON.stringify(packages)}`;
  return `"""Made from ${origin}: edits here are lost. See triton/README.md."""

import sys
from pathlib import Path

sys.path.insert(0, str(${folder}))

from ${module} import TritonPythonModel  # noqa: E402, F401
`;
}
