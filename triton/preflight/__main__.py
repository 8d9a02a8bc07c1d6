"""Finds in a second what would make Triton fail after minutes: `python3 preflight MODEL_REPOSITORY`.

Exit status 0 when the server can start. 1 when it cannot: every reason is on stderr, with what to do.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gpus import Gpu, GpuError, visible_gpus
from libraries import NATIVE_LIBRARIES, native_problems, tensorrt_version
from plans import plan_problems
from repository import ModelConfig, RepositoryError, read_repository
from shared_memory import shared_memory_problems


def main() -> int:
    """Runs every check, tells all that is wrong, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="preflight", description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument(
        "--shared-memory", type=Path, default=Path("/dev/shm"), help="where Python models exchange tensors"
    )
    arguments = parser.parse_args()

    problems: list[str] = []
    warnings: list[str] = []
    models: list[ModelConfig] = []
    try:
        models = read_repository(arguments.repository)
    except RepositoryError as error:
        problems.append(str(error))

    gpus: list[Gpu] = []
    tensorrt: str | None = None
    if any(model.is_plan for model in models):
        try:
            tensorrt = tensorrt_version()
        except OSError as error:
            problems.append(f"TensorRT cannot be loaded: {error}")
        try:
            gpus = visible_gpus()
        except GpuError as error:
            problems.append(str(error))
        for model in models:
            found = plan_problems(model, gpus, tensorrt)
            problems += found.problems
            warnings += found.warnings

    for library in NATIVE_LIBRARIES:
        problems += native_problems(library)
    problems += shared_memory_problems(models, len(gpus), arguments.shared_memory)

    for warning in warnings:
        print(f"preflight: warning: {warning}", file=sys.stderr)
    for problem in problems:
        print(f"preflight: {problem}", file=sys.stderr)
    if problems:
        return 1
    on = f" on {', '.join(gpu.name for gpu in gpus)} with TensorRT {tensorrt}" if gpus else ""
    count = f"{len(models)} model{'' if len(models) == 1 else 's'}"
    print(f"preflight: {count}{on}: ready to start", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
