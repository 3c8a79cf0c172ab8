"""What the two peers of training.ts share: batches, random data, and the loop that answers requests."""

import os
import sys
import time

import numpy as np

STEPS = {"motion": 8, "lstm": 15, "gru": 15, "gru600": 3, "radar": 3, "dense": 400}
BATCH = {"motion": 16, "lstm": 32, "gru": 32, "gru600": 16, "radar": 4, "dense": 32}
# On a machine that others use too, time on the clock says little; see support/clock.ts.
clock = time.process_time if os.environ.get("PODIUM_BENCH_CLOCK") == "processor" else time.perf_counter


def data(network):
    count = STEPS[network] * BATCH[network]
    random = np.random.default_rng(0)
    if network == "radar":
        frames = random.random((count, 120, 120, 5), dtype=np.float32)
        return frames[..., :4], frames[..., 4:]
    series = {"motion": (600, 18), "lstm": (100, 18), "gru": (100, 18), "gru600": (600, 18)}
    shape = series.get(network, (18,))
    x = random.standard_normal((count, *shape), dtype=np.float32)
    return x, np.arange(count, dtype=np.int32) % 61


def serve(make):
    """Answers each line on standard input, a network's name, with the milliseconds that a step took."""
    name, peer = None, None
    for line in sys.stdin:
        # One network at a time is in memory.
        if line.strip() != name:
            name = line.strip()
            peer = make(name)
        print(peer.measure() * 1000, flush=True)
