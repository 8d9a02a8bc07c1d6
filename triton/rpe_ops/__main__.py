# SPDX-License-Identifier: Apache-2.0
"""`python3 -m rpe_ops build | key`: what the container's start-up hook calls."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from .build import BuildOptions, build, say
from .cache import CACHE_VARIABLE, DEFAULT_CACHE, cache_folder
from .errors import RpeOpsError
from .target import make_target, parse_architectures


def uses_extension(config: str) -> bool:
    """A config.pbtxt is of a KP-RPE backbone that was not told to do without the extension."""
    asked = re.search(r'key:\s*"kprpe_rpe_index"\s*,?\s*value:?\s*\{\s*string_value:\s*"(\w+)"', config)
    return '"kprpe_' in config and (asked is None or asked.group(1) == "extension")


def used_by(repository: Path) -> list[str]:
    """Names of the models of a repository that need the extension."""
    if not repository.is_dir():
        raise RpeOpsError(f"There is no model repository {repository}.")
    configs = sorted(repository.glob("*/config.pbtxt"))
    return [config.parent.name for config in configs if uses_extension(config.read_text())]


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The command line; argparse ends the program with code 2 when it is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m rpe_ops", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser(
        "build", help="compile the library, unless it is in the cache; prints its path"
    )
    building.add_argument(
        "--if-used-by", type=Path, metavar="REPOSITORY", help="only if a model there needs it"
    )
    building.add_argument(
        "--cache", help=f"folder of built libraries; default ${CACHE_VARIABLE}, else {DEFAULT_CACHE}"
    )
    building.add_argument("--nvcc", help="default: of $CUDA_HOME, on PATH, of /usr/local/cuda, or of PyPI")
    building.add_argument("--cxx", help="default: $CXX, else g++")
    building.add_argument("--lock-timeout", type=float, default=900, metavar="SECONDS", help="default 900")
    building.add_argument("--force", action="store_true", help="compile although it is in the cache")
    building.add_argument("--strict", action="store_true", help="warnings of the compilers are errors")
    key = commands.add_parser("key", help="print the name of the library's folder in the cache")
    for command in (building, key):
        command.add_argument(
            "--arch",
            default="auto",
            help="auto: of the GPUs that are there (default); cpu; or such as 8.0,9.0",
        )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Exit code: 0 done, 1 failed; the reason is on standard error."""
    asked = parse_arguments(arguments)
    try:
        if asked.command == "build" and asked.if_used_by is not None:
            models = used_by(asked.if_used_by)
            if not models:
                say("no model needs it")
                return 0
            say(f"needed by {', '.join(models)}")
        target = make_target(parse_architectures(asked.arch))
        if asked.command == "key":
            print(target.key)
            return 0
        options = BuildOptions(
            nvcc=asked.nvcc,
            cxx=asked.cxx,
            lock_timeout=asked.lock_timeout,
            force=asked.force,
            strict=asked.strict,
        )
        print(build(target, cache_folder(asked.cache), options))
        return 0
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        say("a KP-RPE backbone needs PyTorch, which this Python does not have: pip install torch")
        return 1
    except RpeOpsError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
