"""The child: an IPython kernel that also answers TypeScript's own requests, and ends with its parent."""

import ctypes
import faulthandler
import json
import os
import signal
import sys

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from . import segments
from .calls import Calls


def end_with(parent):
    """Lets the system kill this process when its parent ends, whatever it is doing then."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class PodiumKernel(IPythonKernel):
    def __init__(self, **options):
        super().__init__(**options)
        self.calls = Calls(self.shell.user_ns)
        self.shell_handlers["podium_request"] = self.podium_request

    def podium_request(self, stream, identities, message):
        buffers = []
        try:
            value, buffers = self.calls.answer(message["content"], message["buffers"])
            # Figures that are open are shown after a cell; after a call as well.
            if message["content"]["action"] in ("call", "get"):
                self.shell.events.trigger("post_execute")
            reply = {"status": "ok", "value": value}
        except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
            reply = {"status": "error", **self.describe()}
        reply["unused"] = segments.take_unused()
        sys.stdout.flush()
        sys.stderr.flush()
        self.session.send(stream, "podium_reply", reply, message, ident=identities, buffers=buffers)

    def describe(self):
        """The present exception as Jupyter has it, without the frames of this package."""
        kind, error, trace = sys.exc_info()
        own = os.path.dirname(__file__)
        while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == own:
            trace = trace.tb_next
        if trace is None and not isinstance(error, SyntaxError):
            lines = [f"\x1b[31m{kind.__name__}\x1b[39m: {error}"]
        else:
            lines = self.shell.InteractiveTB.structured_traceback(kind, error, trace)
        name = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
        return {"ename": kind.__name__, "evalue": str(error), "traceback": lines, "missing": name}


class PodiumApp(IPKernelApp):
    def load_config_file(self, *args, **options):
        """A person's own settings of IPython are for their own kernels: the same notebook does the same everywhere."""

    def _run_startup_files(self):
        """See above."""

    def init_connection_file(self):
        """There is none: what it would hold came by standard input."""

    def write_connection_file(self, **options):
        """See above."""


def main(told):
    connection = json.loads(told)
    end_with(connection["parent"])
    # What is printed at a crash goes past the notebook's output, to whoever started this.
    faulthandler.enable(os.fdopen(os.dup(2), "w"))
    settings = Config()
    settings.Session.key = connection["key"].encode()
    settings.HistoryManager.enabled = False
    settings.InteractiveShellApp.exec_PYTHONSTARTUP = False
    settings.PodiumApp.quiet = True
    settings.PodiumApp.log_level = 50
    app = PodiumApp.instance(config=settings, kernel_class=PodiumKernel, transport="ipc", ip=connection["ip"])
    for number, channel in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1):
        setattr(app, f"{channel}_port", number)
    app.initialize([])
    os.write(3, b"ready")
    os.close(3)
    app.start()
