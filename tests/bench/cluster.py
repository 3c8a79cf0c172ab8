"""Bare Ray beside Podium's driver: tasks that do nothing. Usage: cluster.py ADDRESS COUNT…; prints a line of JSON for each."""

import json
import resource
import sys
import time

import ray

ray.init(address=sys.argv[1], log_to_driver=False, logging_level="ERROR")


@ray.remote(num_cpus=1, max_calls=0, max_retries=3)
def nothing(task):
    return {"node": "", "done": True}


ray.get([nothing.remote(None) for _ in range(50)])
for count in map(int, sys.argv[2:]):
    begin = time.monotonic()
    ray.get([nothing.remote(None) for _ in range(count)])
    seconds = time.monotonic() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"count": count, "seconds": seconds, "memory": memory}), flush=True)
