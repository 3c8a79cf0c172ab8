"""Starts a kernel and prints the seconds until it is ready, until `1 + 2` is answered, and from then to a completion.

Each line of standard input is a kernel's name and what to complete, with a tab between; each is answered with a line.
"""

import sys
import time

from jupyter_client.manager import KernelManager


def measure(name, text):
    manager = KernelManager(kernel_name=name)
    begun = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    times = [time.perf_counter() - begun]
    client.execute_interactive("1 + 2", output_hook=lambda message: None, timeout=120)
    times.append(time.perf_counter() - begun)
    asked = time.perf_counter()
    client.complete(text)
    while client.get_shell_msg(timeout=120)["msg_type"] != "complete_reply":
        pass
    times.append(time.perf_counter() - asked)
    client.stop_channels()
    manager.shutdown_kernel()
    return times


for line in sys.stdin:
    print(*measure(*line.rstrip("\n").split("\t")), flush=True)
