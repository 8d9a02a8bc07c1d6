# SPDX-License-Identifier: Apache-2.0
"""
Speaks the protocol that is written down in main.cpp, for two contenders:
  rerank   rerank_numpy.rerank, float32
  gram     its Gram matrix alone, of rows that have unit length
"""

import json
import math
import resource
import statistics
import sys
import time

import numpy as np

from rerank_numpy import gram_matrix, lengths_of, rerank

# As in contender.h.
ALPHA, TAU, THRESHOLD = 25, 0.426, 0.5
# As in timing.cpp, nanoseconds.
SHORTEST_BATCH = 2e6


class Server:
    def __init__(self):
        self.calls = {}
        self.results = {}

    def describe(self):
        return {"build": f"numpy {np.__version__}, Python {sys.version.split()[0]}", "levels": [], "peaks": []}

    def load(self, rows, dimension, path):
        values = np.fromfile(path, np.float32, int(rows) * int(dimension)).reshape(int(rows), int(dimension))
        query, candidates = values[0], values[1:]
        unit = (candidates / lengths_of(candidates.astype(np.float64))[:, None]).astype(np.float32)
        self.calls = {
            "rerank": lambda: rerank(query, candidates, ALPHA, TAU, THRESHOLD),
            "gram": lambda: gram_matrix(unit),
        }
        return {}

    def run(self, milliseconds, contender):
        call, times, calls, batch = self.calls[contender], [], 0, 1
        end = time.monotonic_ns() + float(milliseconds) * 1e6
        while not times or time.monotonic_ns() < end:
            start = time.process_time_ns()
            for _ in range(batch):
                result = call()
            times.append((time.process_time_ns() - start) / batch)
            calls += batch
            if len(times) == 1:
                batch = math.ceil(SHORTEST_BATCH / max(times[0], 100))
        self.results[contender] = result
        return {"best": min(times), "median": statistics.median(times), "calls": calls, "operations": 0}

    def scores(self, path, contender):
        self.results[contender].astype(np.float64).tofile(path)
        return {}

    def memory(self, contender):
        before = peak_resident_bytes()
        self.calls[contender]()
        return {"before": before, "after": peak_resident_bytes(), "workspace": 0}


def peak_resident_bytes():
    """Most memory that this process ever had resident; not by getrusage on Linux, see resident_memory.cpp."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    server = Server()
    commands = {name: getattr(server, name) for name in ("describe", "load", "run", "scores", "memory")}
    for line in sys.stdin:
        command, *fields = line.rstrip("\n").split("\t")
        try:
            answer = commands[command](*fields)
        except (KeyError, TypeError, ValueError, OSError, MemoryError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
