# SPDX-License-Identifier: Apache-2.0
"""Compiles the library into the cache, unless it is there."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from . import toolchain
from .cache import LIBRARY_NAME, library_path
from .errors import RpeOpsError
from .lock import exclusive
from .target import Target

FAILURE_LOG = "failed.log"
SELF_TEST_SECONDS = 300


@dataclass(frozen=True)
class BuildOptions:
    """How to build; `strict` makes warnings errors, which a start in production must not depend on."""

    nvcc: str | None = None
    cxx: str | None = None
    lock_timeout: float = 900
    force: bool = False
    strict: bool = False


def say(text: str) -> None:
    """A line for the log of the container; standard output is the library's path alone."""
    print(f"rpe_ops: {text}", file=sys.stderr, flush=True)


def build(target: Target, cache: Path, options: BuildOptions) -> Path:
    """Path of the library of a target, compiled now if it was not there or no longer passes its self-test.

    Raises RpeOpsError with the compiler's own words.
    """
    library = library_path(cache, target)
    if not options.force and _usable(library, target):
        return library
    _make_folder(cache)
    with _ended_by_sigterm(), exclusive(cache, options.lock_timeout, say):
        if not options.force and _usable(library, target):
            return library
        for leftover in cache.glob(".building-*"):
            shutil.rmtree(leftover)
        folder = cache / f".building-{socket.gethostname()}-{os.getpid()}"
        folder.mkdir()
        try:
            _compile(target, folder, options)
            self_test(folder / LIBRARY_NAME, target)
            _publish(folder, library.parent)
        except RpeOpsError as error:
            (cache / FAILURE_LOG).write_text(f"{time.ctime()}\n{target.key}\n{error}\n")
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return library


def self_test(library: Path, target: Target) -> None:
    """Runs the library against plain PyTorch, in a process of its own that may crash."""
    device = "cuda" if target.architectures and _gpu_of(target) else "cpu"
    command = [toolchain.own_interpreter(), "-m", "rpe_ops.self_test", str(library), device]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *_python_path()])
    }
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SELF_TEST_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise RpeOpsError(f"The self-test of {library} did not end in {SELF_TEST_SECONDS} s.") from error
    if result.returncode != 0:
        words = (result.stdout + result.stderr).strip()
        raise RpeOpsError(f"The self-test of {library} failed ({device}, exit {result.returncode}):\n{words}")


def _python_path() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _gpu_of(target: Target) -> bool:
    """A GPU is there to run on: an image may be built for one on a machine without."""
    from .target import visible_architectures

    return any(architecture in target.architectures for architecture in visible_architectures())


def _usable(library: Path, target: Target) -> bool:
    if not library.is_file():
        return False
    try:
        self_test(library, target)
    except RpeOpsError as error:
        say(f"{error}\nrpe_ops: it is built again")
        return False
    say(f"found in the cache: {target.key}")
    return True


def _make_folder(cache: Path) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        writable = os.access(cache, os.W_OK | os.X_OK)
    except OSError as error:
        raise RpeOpsError(f"The cache folder {cache} cannot be made: {error.strerror}.") from error
    if not writable:
        raise RpeOpsError(f"The cache folder {cache} cannot be written by user {os.getuid()}.")


def _compile(target: Target, folder: Path, options: BuildOptions) -> None:
    start = time.monotonic()
    cxx = toolchain.find_cxx(options.cxx)
    cuda = toolchain.find_cuda(options.nvcc, target) if target.architectures else None
    say(f"building {target.key} with {cxx}{f' and {cuda.nvcc}' if cuda else ''}: about a minute")
    commands: dict[Path, list[str]] = {}
    for source in (*toolchain.CPU_SOURCES, *(toolchain.CUDA_CXX_SOURCES if cuda else ())):
        output = folder / f"{source}.o"
        commands[output] = toolchain.cxx_command(cxx, target, cuda, source, output, options.strict)
    if cuda:
        for source in toolchain.KERNEL_SOURCES:
            output = folder / f"{source}.o"
            commands[output] = toolchain.nvcc_command(
                cuda.nvcc, cxx, target.architectures, source, output, options.strict
            )
    run_together(list(commands.values()), folder)
    link = toolchain.link_command(cxx, cuda, list(commands), folder / LIBRARY_NAME)
    run_together([link], folder)
    seconds = time.monotonic() - start
    record = {"target": asdict(target), "commands": [*commands.values(), link], "seconds": round(seconds, 1)}
    (folder / "build.json").write_text(json.dumps(record, indent=2))
    for compiled in commands:
        compiled.unlink()
    say(f"built in {seconds:.0f} s")


def run_together(commands: list[list[str]], folder: Path) -> None:
    """Runs compilers side by side; RpeOpsError with the command and all the words of each that failed."""
    running: list[tuple[list[str], Path, subprocess.Popen[bytes]]] = []
    try:
        for number, command in enumerate(commands):
            log = folder / f"{number}.log"
            with log.open("wb") as output:
                running.append(
                    (command, log, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT))
                )
        failures = [
            f"{shlex.join(command)}\n{log.read_text(errors='replace').strip()}"
            for command, log, process in running
            if process.wait() != 0
        ]
    finally:
        for _, _, process in running:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if failures:
        raise RpeOpsError("The compiler failed:\n" + "\n\n".join(failures))
    for _, log, _ in running:
        log.unlink()


def _publish(folder: Path, final: Path) -> None:
    """Makes a complete folder appear at once; what was there goes away first, as rename demands."""
    if final.exists():
        replaced = folder.with_name(f"{folder.name}-old")
        final.rename(replaced)
        folder.rename(final)
        shutil.rmtree(replaced)
    else:
        folder.rename(final)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """A container that is stopped while it compiles must not leave compilers running, nor wait for them."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
