"""Runs pip's jupyter_kernel_test on a kernel, and holds every message of a session to the protocol, field by field.

Usage: checks.py KERNEL, by a Python with jupyter_kernel_test; JUPYTER_PATH says where the kernel is registered.
"""

import sys
import time
import unittest
from queue import Empty

import jupyter_kernel_test
from jsonschema import Draft4Validator
from jupyter_client.manager import start_new_kernel
from jupyter_kernel_test import msgspec_v5

KERNEL = sys.argv.pop() if len(sys.argv) > 1 else "podium"


jupyter_kernel_test.TIMEOUT = 60


class TypeScript(jupyter_kernel_test.KernelTests):
    """Every check of the package but one: no TypeScript asks a front end to open its pager."""

    kernel_name = KERNEL
    waits = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        get_msg = jupyter_kernel_test.ensure_sync(cls.kc.iopub_channel.get_msg)
        # The package gives a message a tenth of a second, which a busy machine may take.
        cls.kc.iopub_channel.get_msg = lambda timeout=None: get_msg(timeout=60 if cls.waits else timeout)

    def execute_helper(self, *args, **options):
        type(self).waits = True
        try:
            return super().execute_helper(*args, **{"timeout": 60, **options})
        finally:
            type(self).waits = False

    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("no");'
    completion_samples = [
        {"text": "Math.sqr", "matches": {"sqrt", "SQRT2", "SQRT1_2"}},
        {"text": "[1].flatM", "matches": {"flatMap"}},
        {"text": "clearOut", "matches": {"clearOutput"}},
    ]
    complete_code_samples = ["1", "const a = 1;", "function f() {\n  return 1;\n}", 'console.log("hello, world")']
    incomplete_code_samples = ["function f() {", "const a = [", "`text", "/* text", "for (const a of b) {"]
    invalid_code_samples = ["const = 1", "1 +* 2", "}"]
    code_generate_error = 'throw new Error("failed");'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "6 * 7", "result": "42"},
        {"code": '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>a</b>" }) })', "mime": "text/html"},
    ]
    code_display_data = [
        {"code": 'display("text")', "mime": "text/plain"},
        {
            "code": 'display({ [Symbol.for("Jupyter.display")]: () => ({ "image/png": new Uint8Array(4) }) })',
            "mime": "image/png",
        },
    ]
    code_history_pattern = "1?+*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "display"
    code_clear_output = "clearOutput()"


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


# What is newer than the package's version of the protocol, or said by the protocol's text and not by the package.
string, boolean, number, record = ({"type": name} for name in ("string", "boolean", "number", "object"))
strings = {"type": "array", "items": string}
count = {"type": "integer", "minimum": 0}
help_link = {
    "type": "object",
    "properties": {"text": string, "url": string},
    "required": ["text", "url"],
    "additionalProperties": False,
}
language = {
    "type": "object",
    "properties": {
        name: string
        for name in ("name", "version", "mimetype", "file_extension", "pygments_lexer", "nbconvert_exporter")
    }
    | {"codemirror_mode": string},
    "required": ["name", "version", "mimetype", "file_extension"],
    "additionalProperties": False,
}
mime_data = {
    "type": "object",
    "patternProperties": {
        r"^[\w.+-]+/([\w.+-]+\+)?json$": {},
        r"^(?!.*[/+]json$)[\w.+-]+/[\w.+-]+$": {"anyOf": [string, strings]},
    },
    "additionalProperties": False,
}
error = {"ename": string, "evalue": string, "traceback": strings}
transient = {"type": "object", "properties": {"display_id": string}, "additionalProperties": False}
expression = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"status": {"enum": ["ok"]}, "data": mime_data, "metadata": record},
            "required": ["status", "data", "metadata"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"status": {"enum": ["error"]}, **error},
            "required": ["status", *error],
            "additionalProperties": False,
        },
    ]
}
execution = {
    "execution_count": count,
    "payload": {"type": "array", "items": {**record, "required": ["source"]}},
    "user_expressions": {"type": "object", "additionalProperties": expression},
}
later = {
    "kernel_info_reply": {
        "properties": {
            **{name: string for name in ("protocol_version", "implementation", "implementation_version", "banner")},
            "status": {"enum": ["ok"]},
            "language_info": language,
            "debugger": boolean,
            "help_links": {"type": "array", "items": help_link},
            "supported_features": strings,
        }
    },
    "execute_reply": {"properties": {"status": {"enum": ["ok"]}, **execution}},
    "iopub_welcome": {"properties": {"subscription": string}},
    "create_subshell_reply": {"properties": {"status": {"enum": ["ok"]}, "subshell_id": string}},
    "list_subshell_reply": {"properties": {"status": {"enum": ["ok"]}, "subshell_id": strings}},
    "delete_subshell_reply": {"properties": {"status": {"enum": ["ok"]}}},
    "input_request": {"properties": {"prompt": string, "password": boolean}},
    "comm_open": {
        "properties": {"comm_id": string, "target_name": string, "data": record},
    },
    "comm_msg": {"properties": {"comm_id": string, "data": record}},
    "comm_close": {"properties": {"comm_id": string, "data": record}},
    "display_data": {
        "properties": {"data": mime_data, "metadata": record, "transient": transient},
        "required": ["data", "metadata"],
    },
    "update_display_data": {
        "properties": {
            "data": mime_data,
            "metadata": record,
            "transient": {**transient, "required": ["display_id"]},
        }
    },
    "execute_result": {
        "properties": {"execution_count": count, "data": mime_data, "metadata": record},
    },
}
header = {
    "type": "object",
    "properties": {
        "msg_id": {"type": "string", "minLength": 1},
        "msg_type": {"type": "string", "minLength": 1},
        "session": {"type": "string", "minLength": 1},
        "username": string,
        "date": {},
        "version": {"type": "string", "pattern": r"^5\.\d+$"},
        "subshell_id": {"anyOf": [string, {"type": "null"}]},
    },
    "required": ["msg_id", "msg_type", "session", "username", "date", "version"],
    "additionalProperties": False,
}


def fault(message):
    """What is wrong with a message, if anything."""
    kind, content = message["header"]["msg_type"], message["content"]
    fragment = later.get(kind) or msgspec_v5.schema_fragments.get(kind)
    if fragment is None:
        return f"{kind} is no message of the protocol"
    if kind.endswith("_reply") and content.get("status") in ("error", "aborted"):
        properties = {"status": {"enum": ["error", "aborted"]}}
        if content["status"] == "error":
            properties |= error
        required = list(properties)
        if kind == "execute_reply":
            required.append("execution_count")
            properties |= execution
        fragment = {"properties": properties, "required": required}
    schema = {"type": "object", "additionalProperties": False, "required": sorted(fragment["properties"]), **fragment}
    found = list(Draft4Validator(schema).iter_errors(content)) + list(
        Draft4Validator(header).iter_errors(message["header"])
    )
    if message["parent_header"]:
        found += list(Draft4Validator(header).iter_errors(message["parent_header"]))
    if not isinstance(message["header"]["date"], str) and message["header"]["date"].tzinfo is None:
        return f"{kind}: its date has no time zone"
    return f"{kind}: {found[0].message} in {list(found[0].absolute_path)}" if found else None


class Strict(unittest.TestCase):
    """A session with every kind of message, each held to all that the protocol says of its fields."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name=KERNEL)
        cls.client.allow_stdin = True

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def collect(self, wanted, answers=()):
        """All messages until the reply to a request and the kernel's idle state are there."""
        messages, answers = [], list(answers)
        deadline = time.monotonic() + 120
        is_replied = is_idle = False
        while not (is_replied and is_idle):
            self.assertLess(time.monotonic(), deadline, f"no answer, got {[m['msg_type'] for m in messages]}")
            for name in ("shell", "control", "iopub", "stdin"):
                try:
                    message = getattr(self.client, f"get_{name}_msg")(timeout=0.02)
                except Empty:
                    continue
                messages.append(message)
                if message["msg_type"] == "input_request":
                    self.client.input(answers.pop(0))
                if message["parent_header"].get("msg_id") != wanted:
                    continue
                is_replied = is_replied or name in ("shell", "control")
                is_idle = is_idle or message["content"].get("execution_state") == "idle"
        for message in messages:
            self.assertIsNone(fault(message), message)
        return {message["msg_type"]: message for message in messages}

    def ask(self, kind, channel="shell", **content):
        message = self.client.session.msg(kind, content)
        getattr(self.client, f"{channel}_channel").send(message)
        return self.collect(message["header"]["msg_id"])[kind.replace("_request", "_reply")]

    def run_cell(self, code, answers=(), **options):
        return self.collect(self.client.execute(code, **options), answers)

    def test_cells(self):
        shown = self.run_cell('console.log(1); console.error(2); display("a", { id: "b" }); display("c", { id: "b" }); 3')
        self.assertLessEqual({"stream", "display_data", "update_display_data", "execute_result"}, set(shown))
        self.assertIn("error", self.run_cell("throw new RangeError('a')"))
        self.assertIn("error", self.run_cell("const a: number = 'b'"))
        self.assertIn("clear_output", self.run_cell("clearOutput({ wait: true })"))
        self.assertEqual(self.run_cell("exit")["execute_reply"]["content"]["payload"][0]["source"], "ask_exit")
        self.run_cell("1", user_expressions={"right": "1 + 1", "wrong": "(undefined as any).x", "refused": "1 +"})
        self.run_cell("1", silent=True)
        table = "const table = { data: new Float32Array(6), shape: [2, 3] }; table"
        self.assertIn("execute_result", self.run_cell(table))

    def test_questions(self):
        asked = self.run_cell("prompt('a') + promptSecret('b')", ["1", "2"])
        self.assertIn("input_request", asked)
        self.assertEqual(asked["execute_result"]["content"]["data"]["text/plain"], "12")

    def test_requests(self):
        for channel in ("shell", "control"):
            self.ask("kernel_info_request", channel)
        self.ask("is_complete_request", code="for (;;) {")
        self.ask("complete_request", code="Math.", cursor_pos=5)
        self.assertTrue(self.ask("inspect_request", code="display", cursor_pos=2, detail_level=0)["content"]["found"])
        self.ask("inspect_request", code="", cursor_pos=0, detail_level=1)
        self.ask("comm_info_request")
        self.ask("comm_info_request", target_name="jupyter.widget")
        self.ask("history_request", hist_access_type="tail", raw=True, output=True, n=3)
        self.ask("interrupt_request", "control")

    def test_failures(self):
        for kind in ("connect_request", "debug_request", "usage_request"):
            for channel in ("shell", "control"):
                with self.subTest(kind=kind):
                    message = self.client.session.msg(kind, {})
                    getattr(self.client, f"{channel}_channel").send(message)
                    later.setdefault(kind.replace("_request", "_reply"), {"properties": {}})
                    self.collect(message["header"]["msg_id"])

    def test_subshells(self):
        identity = self.ask("create_subshell_request", "control")["content"]["subshell_id"]
        self.assertEqual(self.ask("list_subshell_request", "control")["content"]["subshell_id"], [identity])
        message = self.client.session.msg("execute_request", {"code": "1", "silent": False})
        message["header"]["subshell_id"] = identity
        self.client.shell_channel.send(message)
        reply = self.collect(message["header"]["msg_id"])["execute_reply"]
        self.assertEqual(reply["parent_header"]["subshell_id"], identity)
        self.ask("delete_subshell_request", "control", subshell_id=identity)
        self.ask("delete_subshell_request", "control", subshell_id=identity)

    def test_comms(self):
        message = self.client.session.msg("comm_open", {"comm_id": "a", "target_name": "unknown", "data": {}})
        self.client.shell_channel.send(message)
        self.assertIn("comm_close", self.published(message))

    def published(self, request):
        """What is published for a message that has no reply."""
        found = {}
        while True:
            message = self.client.get_iopub_msg(timeout=10)
            self.assertIsNone(fault(message), message)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            found[message["msg_type"]] = message
            if message["content"].get("execution_state") == "idle":
                return found


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "--verbose", "TypeScript", "Welcome", "Strict"])
