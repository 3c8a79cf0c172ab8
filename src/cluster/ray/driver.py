"""Runs Podium's tasks on Ray for a process that speaks lines of JSON to it: orders on standard input, events on output.

Orders:  {"do": "start", "settings": {...}}                              once, first
         {"do": "job", "job": "NAME", "spec": {...}, "probe": {...}, "command": [...], "home": "...", "key": "...",
          "files": [...], "staging": "FOLDER"}; without spec its tasks do nothing
         {"do": "run", "id": 1, "job": "NAME", "task": {...} or null}     a task of null does nothing
         {"do": "cancel", "job": "NAME"}
Events:  {"event": "ready", "nodes": 2, "gpus": 4, "cpus": 8, "address": "..."}
         {"event": "cluster", "nodes": 2, "slots": 4, "fits": true}
         {"event": "state", "id": 1, "node": "...", "pid": 2, "gpu": "0", "share": 0.3, "note": "..."}
         {"event": "done", "id": 1, "node": "...", "log": "...", "folder": null or "FOLDER"}
         {"event": "failed", "id": 1, "node": "...", "error": "...", "log": "..."}
         {"event": "cancelled", "id": 1}
         {"event": "error", "error": "..."}                               the driver ends

It ends when its standard input closes, and with it the Ray that it started.
"""

import collections
import hashlib
import io
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

# Ray's own lines would get between the events.
EVENTS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import ray  # noqa: E402
from ray.exceptions import RayTaskError, TaskCancelledError  # noqa: E402
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: E402

LOG_LINES = 200
# Tasks that Ray has at a time for each that it can run: enough that no worker waits, few enough for 10,000 tasks.
AHEAD = 16
LEAST_AHEAD = 256


def tell(event, **fields):
    EVENTS.write(json.dumps({"event": event, **fields}) + "\n")
    EVENTS.flush()


class TaskLost(Exception):
    """The task's process was killed: Ray tries again."""


class Board:
    """Collects what running tasks say, until the driver asks."""

    def __init__(self):
        self.states = {}

    def say(self, key, state):
        self.states.setdefault(key, {}).update(state)

    def take(self):
        states, self.states = self.states, {}
        return states


def zip_files(folder, names):
    """Files and folders below a folder as bytes, the same for the same files."""
    found = []
    for name in names:
        whole = os.path.join(folder, name)
        if os.path.isfile(whole):
            found.append(whole)
        for root, _, files in os.walk(whole):
            found += [os.path.join(root, file) for file in files if not file.startswith(".")]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for whole in sorted(found):
            entry = zipfile.ZipInfo(os.path.relpath(whole, folder))
            with open(whole, "rb") as file, archive.open(entry, "w", force_zip64=True) as out:
                shutil.copyfileobj(file, out)
    return buffer.getvalue()


def unpack(root, key, content):
    """A folder with the files of a zip, unpacked once on a machine, whoever comes first."""
    folder = os.path.join(root, key)
    if os.path.isdir(folder):
        return folder
    os.makedirs(root, exist_ok=True)
    part = tempfile.mkdtemp(prefix=f".{key}-", dir=root)
    with zipfile.ZipFile(io.BytesIO(content())) as archive:
        archive.extractall(part)
    try:
        os.rename(part, folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def sees(probe):
    """Whether this machine sees the driver's folders: a file there has the content that the driver gave it."""
    try:
        with open(probe["file"], encoding="utf-8") as file:
            return file.read() == probe["content"]
    except OSError:
        return False


def place_of(job):
    """Where a task of the job runs here, and in which run folder: the driver's own, or one of this machine's."""
    spec = dict(job["spec"])
    if sees(job["probe"]):
        return spec, True
    scratch = os.path.join(os.environ.get("PODIUM_SCRATCH") or tempfile.gettempdir(), f"podium-{os.getuid()}")
    spec["run"] = os.path.join(scratch, "runs", job["key"])
    if job["files"] is not None:
        content = lambda: ray.get(job["files"])  # noqa: E731
        folder = unpack(os.path.join(scratch, "files"), job["files_key"], content)
        data = spec.get("data")
        if data and (data + os.sep).startswith(spec["folder"] + os.sep):
            spec["data"] = os.path.join(folder, os.path.relpath(data, spec["folder"]))
        spec["folder"] = folder
    elif not os.path.isdir(spec["folder"]):
        spec["folder"] = os.path.join(scratch, "empty")
        os.makedirs(spec["folder"], exist_ok=True)
    os.makedirs(spec["run"], exist_ok=True)
    return spec, False


def run_task(job_in_list, task, board, key):
    """One task in a process of its own, which ends with this worker."""
    if task is None:
        return {"node": "", "done": True}
    job = ray.get(job_in_list[0])
    node = socket.gethostname()
    gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    where = {"node": node, "machine": ray.get_runtime_context().get_node_id()[:6], "gpu": gpu}
    say = lambda **state: board.say.remote(key, {**where, **state})  # noqa: E731
    log = collections.deque(maxlen=LOG_LINES)
    spec, shared = place_of(job)
    command = list(job["command"])
    if not os.path.exists(command[0]):
        command[0] = shutil.which("node") or command[0]
    if not os.path.exists(command[1]):
        error = f"Cannot run a task on {node}: Podium must be in {job['home']}, got none; set it up there by npm start, or give cluster.ray the option podium"
        return {**where, "done": False, "error": error, "log": ""}
    handle, name = tempfile.mkstemp(prefix="podium-task-", suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({**spec, "task": task}, file)
    environment = dict(os.environ)
    # Ray's own, one thread for one CPU: how sums are added is for the spec to say.
    environment.pop("OMP_NUM_THREADS", None)
    process = subprocess.Popen(
        [*command, "task", name, "--lines"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        errors="replace",
    )
    say(pid=process.pid, share=0, note="")
    last = {}

    def read_errors():
        for line in process.stderr:
            log.append(line)

    reader = threading.Thread(target=read_errors, daemon=True)
    reader.start()
    try:
        for line in process.stdout:
            try:
                last = json.loads(line)
                say(share=last.get("share"), note=last.get("note"))
            except ValueError:
                log.append(line)
        status = process.wait()
    finally:
        process.stdin.close()
        if process.poll() is None:
            process.kill()
        os.unlink(name)
    reader.join(5)
    text = "".join(log)
    if status < 0:
        raise TaskLost(f"the task's process on {node} was killed by signal {-status}: {text[-2000:]}")
    if status != 0 or last.get("state") != "done":
        return {**where, "done": False, "error": last.get("error") or f"the task ended with status {status}", "log": text}
    folder = last.get("directory")
    return {**where, "done": True, "log": text, "zip": None if shared or not folder else zip_files(folder, ["."])}


class Driver:
    def __init__(self, settings):
        self.settings = settings
        self.jobs = {}
        self.staging = {}
        self.waiting = collections.deque()
        self.running = {}
        self.orders = queue.Queue()
        self.connect()
        node = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        self.board = ray.remote(num_cpus=0)(Board).options(scheduling_strategy=node).remote()
        self.states = None
        self.asked = 0.0
        self.slots = 1
        self.slots_at = 0.0
        options = {key: settings[key] for key in ("num_cpus", "num_gpus", "memory") if settings.get(key) is not None}
        if "num_gpus" not in options:
            options["num_gpus"] = 1 if ray.cluster_resources().get("GPU") else 0
        self.needs = options
        self.remote = ray.remote(max_calls=0, max_retries=settings["retries"], retry_exceptions=[TaskLost], **options)(run_task)

    def connect(self):
        address = self.settings.get("address")
        common = {"log_to_driver": False, "logging_level": "ERROR"}
        if address:
            ray.init(address=address, **common)
        else:
            ray.init(address="local", include_dashboard=False, **common)
        nodes = [node for node in ray.nodes() if node["Alive"]]
        resources = ray.cluster_resources()
        tell("ready", nodes=len(nodes), gpus=resources.get("GPU", 0), cpus=resources.get("CPU", 0), version=ray.__version__, address=ray.get_runtime_context().gcs_address)

    def count_slots(self):
        """Tasks that the cluster can run at a time, counted every few seconds, as nodes come and go."""
        if time.monotonic() - self.slots_at > 5:
            self.slots_at = time.monotonic()
            total = ray.cluster_resources()
            names = {"num_cpus": "CPU", "num_gpus": "GPU", "memory": "memory"}
            counts = [total.get(names[key], 0) / value for key, value in self.needs.items() if value]
            self.slots = max(1, int(min(counts, default=1)))
            tell("cluster", nodes=sum(node["Alive"] for node in ray.nodes()), slots=self.slots, fits=not counts or min(counts) >= 1)
        return self.slots

    def obey(self, order):
        what = order["do"]
        if what == "job":
            if "spec" not in order:
                self.jobs[order["job"]] = None
                return
            job = {name: order[name] for name in ("spec", "probe", "command", "home", "key")}
            job["files"] = job["files_key"] = None
            if order["files"]:
                content = zip_files(job["spec"]["folder"], order["files"])
                job["files_key"] = hashlib.sha256(content).hexdigest()[:16]
                # The reference itself, and not what it refers to: a machine that has the files needs no copy.
                job["files"] = ray.put(content)
            self.jobs[order["job"]] = [ray.put(job)]
            self.staging[order["job"]] = order["staging"]
        elif what == "run":
            self.waiting.append((order["id"], order["job"], order.get("task")))
        elif what == "cancel":
            self.waiting = collections.deque(item for item in self.waiting if item[1] != order["job"])
            for reference, (_, job) in self.running.items():
                if job == order["job"]:
                    ray.cancel(reference, force=True)

    def submit(self):
        most = max(LEAST_AHEAD, AHEAD * self.count_slots())
        while self.waiting and len(self.running) < most:
            number, job, task = self.waiting.popleft()
            self.running[self.remote.remote(self.jobs[job], task, self.board, number)] = (number, job)

    def collect(self, timeout):
        if not self.running:
            return
        references = list(self.running)
        ready, _ = ray.wait(references, num_returns=len(references), timeout=0, fetch_local=False)
        if not ready:
            ready, _ = ray.wait(references, num_returns=1, timeout=timeout, fetch_local=False)
        for reference in ready:
            number, job = self.running.pop(reference)
            try:
                result = ray.get(reference)
            except TaskCancelledError:
                tell("cancelled", id=number)
                continue
            except Exception as error:  # Whatever Ray says of it: the others go on.
                cause = error.cause if isinstance(error, RayTaskError) else error
                tell("failed", id=number, error=str(cause).strip()[-4000:], log="")
                continue
            if not result["done"]:
                tell("failed", id=number, **{key: result.get(key) for key in ("node", "error", "log")})
                continue
            folder = None
            if result.get("zip"):
                os.makedirs(self.staging[job], exist_ok=True)
                folder = tempfile.mkdtemp(prefix="result-", dir=self.staging[job])
                os.chmod(folder, 0o755)
                with zipfile.ZipFile(io.BytesIO(result["zip"])) as archive:
                    archive.extractall(folder)
            tell("done", id=number, node=result["node"], log=result.get("log"), folder=folder)

    def look_at_board(self):
        """Asks for states without waiting for the answer."""
        if self.states is None:
            if time.monotonic() - self.asked < 0.5 or not self.running:
                return
            self.asked = time.monotonic()
            self.states = self.board.take.remote()
            return
        ready, _ = ray.wait([self.states], timeout=0)
        if not ready:
            return
        reference, self.states = self.states, None
        try:
            alive = {number for number, _ in self.running.values()}
            for number, state in ray.get(reference).items():
                if number in alive:
                    tell("state", id=number, **state)
        except ray.exceptions.RayActorError:
            pass

    def serve(self, orders):
        while True:
            try:
                # Without tasks there is nothing to look at.
                order = orders.get(timeout=None if not self.running and not self.waiting else 0.001)
                if order is None:
                    return
                self.obey(order)
                while not orders.empty():
                    order = orders.get()
                    if order is None:
                        return
                    self.obey(order)
            except queue.Empty:
                pass
            self.submit()
            self.collect(0.2)
            self.look_at_board()


def read_orders(orders):
    for line in sys.stdin:
        orders.put(json.loads(line))
    orders.put(None)


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = json.loads(sys.stdin.readline() or "null")
    if first is None:
        return
    orders = queue.Queue()
    threading.Thread(target=read_orders, args=(orders,), daemon=True).start()
    try:
        Driver(first["settings"]).serve(orders)
    except BaseException as error:
        tell("error", error=f"{type(error).__name__}: {error}"[-4000:])
        raise
    finally:
        # Of a cluster that this started nothing stays behind.
        ray.shutdown()


if __name__ == "__main__":
    main()
