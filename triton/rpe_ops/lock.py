# SPDX-License-Identifier: Apache-2.0
"""One builder at a time, also when two containers share the cache folder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import RpeOpsError

POLL_SECONDS = 0.2


def _holder(descriptor: int) -> str:
    """Who wrote itself into the lock file, for a message."""
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def exclusive(folder: Path, timeout: float, say: Callable[[str], None]) -> Iterator[None]:
    """Holds the lock of a folder.

    The lock is the kernel's (flock), not the file: it ends with the process that holds it, however that ends,
    so that no stale lock can be left behind. What the file says serves only the message of those who wait.

    timeout: seconds to wait for another holder; RpeOpsError after that.
    """
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _acquire(descriptor, timeout, say)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, timeout: float, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + timeout
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno in {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}:
                # Two builders then do the same work twice; each publishes a complete folder.
                say("the cache's file system has no locks: going on without one")
                return
            if error.errno not in {errno.EAGAIN, errno.EACCES, errno.EINTR}:
                raise
        if time.monotonic() >= deadline:
            raise RpeOpsError(
                f"Waited {timeout:.0f} s for {_holder(descriptor)}, which is building in the same "
                "cache folder. If it hangs, end it; its lock ends with it."
            )
        if not told:
            say(f"waiting for {_holder(descriptor)}, which is building in the same cache folder")
            told = True
        time.sleep(POLL_SECONDS)
