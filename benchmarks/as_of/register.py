"""The public function on a simulated register, in a process of its own: what it took, as a line of JSON.

Usage: python register.py FOLDER
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from hgrisk import CaseHistories, build_features, select_landmarks

ROUNDS = 3
MEGABYTE = 1024
"""Of ru_maxrss, which counts kilobytes."""


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def main(folder):
    histories = CaseHistories.read(Path(folder))
    cohort = select_landmarks(histories)
    before, seconds = peak(), []
    for _ in range(ROUNDS + 1):  # the first compiles, or reads what was compiled
        start = time.perf_counter()
        features = build_features(histories, cohort)
        seconds.append(time.perf_counter() - start)
    shape = features.X.shape
    print(
        json.dumps(
            {
                "seconds": seconds[1:],
                "first": seconds[0],
                "peak_mb": peak(),
                "before_mb": before,
                "events": histories.events.height,
                "landmarks": shape[0],
                "features": shape[1],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
