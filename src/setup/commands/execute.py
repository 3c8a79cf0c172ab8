"""Executes a notebook, tells of each cell on standard output as a line of JSON, and writes notebook and HTML report.

Usage: execute.py NOTEBOOK FOLDER NAME REPORT: runs NOTEBOOK in its own folder and writes FOLDER/NAME and FOLDER/REPORT.
Leaves with 0, or with 3 where a cell failed (told as an event; what was executed is written all the same).
"""

import asyncio
import json
import os
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from report import page  # noqa: E402


def tell(**event):
    print(json.dumps(event), flush=True)


def first_line(cell):
    """The cell's first line that says something, for the progress line."""
    lines = [line.strip() for line in cell.source.splitlines()]
    lines = [line for line in lines if line and not line.startswith("import ")]
    return lines[0][:60] if lines else ""


def write(path, text):
    """Writes a file whole or not at all."""
    try:
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".part", path)
    except OSError:
        os.remove(path + ".part")
        raise


def main(source, folder, name, report_name):
    notebook = nbformat.read(source, as_version=4)
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    numbers = {index: number for number, index in enumerate(code, 1)}
    state = {"cell": 0, "text": ""}

    def started(cell, cell_index):
        if cell_index in numbers:
            state.update(cell=numbers[cell_index], text=first_line(cell))
            tell(event="cell", number=numbers[cell_index], of=len(code), text=state["text"])

    client = NotebookClient(
        notebook,
        kernel_name="podium",
        timeout=None,
        resources={"metadata": {"path": os.path.dirname(os.path.abspath(source))}},
        on_cell_start=started,
    )
    failure = None
    begun = time.time()
    # Not in the person's own folder, which may not be writable.
    with tempfile.TemporaryDirectory() as connections:
        os.environ["JUPYTER_RUNTIME_DIR"] = connections
        try:
            asyncio.run(client.async_execute())
        except CellExecutionError as error:
            failure = {"name": error.ename, "message": error.evalue, "traceback": error.traceback}
        except DeadKernelError:
            failure = {"name": "DeadKernelError", "message": "the kernel died", "traceback": ""}
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, name), nbformat.writes(notebook))
    title = os.path.splitext(name)[0].replace("-", " ").capitalize()
    data = os.environ.get("PODIUM_DATA", "")
    facts = {
        "date": time.strftime("%Y-%m-%d %H:%M", time.localtime(begun)),
        "time": f"{round(time.time() - begun)} s",
        "data": os.path.relpath(data) if data else "",
        "failed": failure and f"cell {state['cell']}: {failure['name']}: {failure['message']}",
    }
    write(os.path.join(folder, report_name), page(notebook, title, folder, facts))
    if failure:
        tell(event="failed", number=state["cell"], of=len(code), text=state["text"], **failure)
        return 3
    tell(event="done")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
