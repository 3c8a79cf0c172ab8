"""A stand-in for Ray, as far as driver.py uses it: tasks run in two threads of the driver. Ray itself is in test:cluster."""

import os
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from . import exceptions  # noqa: F401

__version__ = "stand-in"
pool = ThreadPoolExecutor(2)


class Reference:
    def __init__(self, future):
        self.future = future


def put(value):
    future = Future()
    future.set_result(value)
    return Reference(future)


def get(reference):
    return reference.future.result()


def wait(references, num_returns=1, timeout=None, fetch_local=True):
    end = time.monotonic() + timeout
    while True:
        ready = [reference for reference in references if reference.future.done()]
        if len(ready) >= num_returns or time.monotonic() >= end:
            return ready, [reference for reference in references if reference not in ready]
        time.sleep(0.01)


def init(**options):
    if os.environ.get("STANDIN_BLIND"):
        # A machine that does not see the driver's folders.
        sys.modules["__main__"].sees = lambda probe: False


def shutdown():
    pass


def nodes():
    return [{"Alive": True}]


def cluster_resources():
    return {"CPU": 2}


def cancel(reference, force):
    if not reference.future.cancel():
        reference.future.set_exception(exceptions.TaskCancelledError())


class Context:
    gcs_address = "stand-in"

    def get_node_id(self):
        return "0" * 56


def get_runtime_context():
    return Context()


class Actor:
    def __init__(self, made):
        self.made = made
        self.lock = threading.Lock()

    def __getattr__(self, name):
        method = getattr(self.made, name)

        class Method:
            @staticmethod
            def remote(*arguments):
                with self.lock:
                    return put(method(*arguments))

        return Method


class Remote:
    def __init__(self, target):
        self.target = target

    def options(self, **options):
        return self

    def remote(self, *arguments):
        if isinstance(self.target, type):
            return Actor(self.target(*arguments))
        return Reference(pool.submit(self.target, *arguments))


def remote(*target, **options):
    return Remote(target[0]) if target else Remote
