"""The page of an executed notebook: results first, code folded below; it needs no network."""

import glob
import html
import json
import os
import re

import nbformat
from nbconvert import HTMLExporter

# nbconvert's template would load RequireJS (which plotly.js mistakes for its own loader), MathJax and Mermaid from a CDN.
OFFLINE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js_requirejs %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
"""

FOLDED = """
{% block input_group %}
{% if not cell.metadata.get('podium_result') %}
<details class="podium-code"><summary>code</summary>{{ super() }}</details>
{% endif %}
{% endblock input_group %}
{% block html_head_css %}
{{ super() }}
<style>
.podium-code { margin: 0 0 0.5em; }
.podium-code > summary { cursor: pointer; color: var(--jp-content-font-color2); font-size: 0.85em; }
.podium-head table { border-collapse: collapse; margin: 0.5em 0 1.5em; }
.podium-head th, .podium-head td { text-align: left; padding: 0.25em 1.2em 0.25em 0; border-bottom: 1px solid var(--jp-border-color2); vertical-align: top; }
.podium-head td.number { text-align: right; font-variant-numeric: tabular-nums; }
.podium-head details { margin: 0.3em 0; }
.jp-InputPrompt, .jp-OutputPrompt { display: none; }
main { max-width: 1100px; margin: 0 auto; }
</style>
{% endblock html_head_css %}
"""


def is_result(cell):
    return cell.cell_type == "code" and "report" in cell.metadata.get("tags", []) and cell.get("outputs")


def flat(scores, prefix=""):
    """Numbers by name; names of nested objects are joined."""
    if isinstance(scores, bool) or scores is None:
        return {}
    if isinstance(scores, (int, float)):
        return {prefix: scores}
    items = scores.items() if isinstance(scores, dict) else enumerate(scores, 1) if isinstance(scores, list) else []
    return {name: value for key, part in items for name, value in flat(part, f"{prefix} {key}".strip()).items()}


def scores_of(folder):
    try:
        with open(os.path.join(folder, "scores.json"), encoding="utf-8") as file:
            return flat(json.load(file))
    except (OSError, ValueError):
        return {}


def run_before(folder):
    """The folder of the newest earlier run of the same notebook that has scores."""
    run, name = os.path.split(os.path.abspath(folder))
    runs, own = os.path.split(run)
    earlier = [path for path in glob.glob(os.path.join(runs, "*", name)) if os.path.basename(os.path.dirname(path)) < own]
    dated = [path for path in earlier if re.match(r"\d{4}-", os.path.basename(os.path.dirname(path))) and scores_of(path)]
    return max(dated, default=None)


def number(value):
    return "" if value is None else f"{value:.4g}"


def table(head, rows):
    cells = lambda tag, row: "".join(  # noqa: E731
        f'<{tag}{" class=number" if place else ""}>{html.escape(text)}</{tag}>' for place, text in enumerate(row)
    )
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><tr>{cells('th', head)}</tr>{body}</table>"


def score_table(folder):
    """Scores beside those of the run before."""
    scores, before = scores_of(folder), run_before(folder)
    if not scores:
        return ""
    if before is None:
        return table(["score", "this run"], [[name, number(value)] for name, value in scores.items()])
    old = scores_of(before)
    change = lambda name, value: f"{value - old[name]:+.4g}" if name in old else ""  # noqa: E731
    rows = [[name, number(value), number(old.get(name)), change(name, value)] for name, value in scores.items()]
    return table(["score", "this run", os.path.basename(os.path.dirname(before)), "change"], rows)


def configurations(folder):
    """What each cross-validation of the run was told, and the device that it ran on."""
    parts, devices = [], []
    for file in sorted(glob.glob(os.path.join(glob.escape(folder), "**", "run.json"), recursive=True)):
        with open(file, encoding="utf-8") as content:
            run = json.load(content)
        config = run.get("config", {})
        devices.append(run.get("device", ""))
        settings = html.escape(json.dumps(config.get("settings", {}), indent=1, ensure_ascii=False))
        folds = str(config.get("folds", "")).split(",")[0]
        told = ", ".join([str(config.get("estimator", "")), folds, f"seeds {config.get('seeds', '')}"])
        name = html.escape(str(run.get("name", "")))
        parts.append(f"<details><summary>{name}: {html.escape(told)}</summary><pre>{settings}</pre></details>")
    return "".join(parts), next(filter(None, devices), "")


def header(title, folder, facts):
    configured, device = configurations(folder)
    rows = {**facts, "device": device}
    lines = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows.items() if value
    )
    told = f"<tr><th>configuration</th><td>{configured}</td></tr>" if configured else ""
    return f'<div class="podium-head"><h1>{html.escape(title)}</h1>{score_table(folder)}<table>{lines}{told}</table></div>'


def heading_above(cells, index):
    for cell in reversed(cells[:index]):
        found = cell.cell_type == "markdown" and re.findall(r"^#+ (.+)$", cell.source, re.M)
        if found:
            return found[-1]
    return ""


def results_first(notebook, head):
    """The header and the outputs of cells tagged `report`, then the whole notebook with these outputs left out."""
    results, rest = [nbformat.v4.new_markdown_cell(head)], []
    for index, cell in enumerate(notebook.cells):
        if not is_result(cell):
            rest.append(cell)
            continue
        results.append(nbformat.v4.new_markdown_cell(f"## {heading_above(notebook.cells, index)}"))
        shown = nbformat.from_dict({**cell, "metadata": {**cell.metadata, "podium_result": True}})
        results.append(shown)
        rest.append(nbformat.from_dict({**cell, "outputs": [], "id": f"{cell.get('id', index)}-code"}))
    below = nbformat.v4.new_markdown_cell("<hr>\n\n*The notebook; what is shown above is not repeated.*")
    return nbformat.from_dict({**notebook, "cells": [*results, below, *rest]})


def page(notebook, title, folder=None, facts=None):
    """HTML of a whole notebook, its pictures within; with `folder`, that of its run, results come first and code is folded."""
    template = OFFLINE if folder is None else OFFLINE + FOLDED
    if folder is not None:
        notebook = results_first(notebook, header(title, folder, facts or {}))
    notebook.metadata["title"] = title
    exporter = HTMLExporter(raw_template=template)
    exporter.embed_images = True
    body, _ = exporter.from_notebook_node(notebook)
    return body
