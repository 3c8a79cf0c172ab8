"""Makes Markdown pages of executed notebooks, for the documentation's generator.

Usage: guides.py FOLDER NOTEBOOK…: writes FOLDER/NAME.md with its pictures beside it and FOLDER/NAME.html with live figures, and
FOLDER/guides.md and FOLDER/gallery.md, which lead to them.
"""

import base64
import json
import os
import re
import sys

import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from report import page  # noqa: E402

# A picture before live HTML, whose scripts the page does not run; a table before its text.
PRIORITY = ["image/png", "text/html", "image/svg+xml", "text/markdown", "text/plain"]

TEMPLATE = """{% extends 'markdown/index.md.j2' %}
{% block input %}
```ts
{{ cell.source }}
```
{% endblock input %}
{% block stream %}
<pre class="output">{{ output.text | ansi2html }}</pre>
{% endblock stream %}
{% block data_text scoped %}
<pre class="output">{{ output.data['text/plain'] | ansi2html }}</pre>
{% endblock data_text %}
{% block data_html scoped %}
<div class="output">{{ output.data['text/html'] | one_block }}</div>
{% endblock data_html %}
"""


def one_block(html):
    """HTML without empty lines, at which Markdown would end it, and without indents, which would be code."""
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


def title_of(notebook):
    """The text of its first heading."""
    for cell in notebook.cells:
        found = cell.cell_type == "markdown" and re.search(r"^# (.+)$", cell.source, re.M)
        if found:
            return found[1].strip()
    return "Notebook"


def first_words(notebook):
    """The first paragraph below the heading."""
    text = notebook.cells[0].source if notebook.cells else ""
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip() and not part.startswith("#")]
    return " ".join(paragraphs[0].split()) if paragraphs else ""


def figures_of(notebook):
    """The static picture of each figure, with the heading above it."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = re.findall(r"^#+ (.+)$", cell.source, re.M)
            heading = found[-1] if found else heading
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data and "application/vnd.plotly.v1+json" in data:
                yield heading, data


def figure_title(data):
    layout = data["application/vnd.plotly.v1+json"].get("layout", {})
    return re.sub(r"<[^>]*>", " ", (layout.get("title") or {}).get("text", "")).strip()


def front(title):
    return f"---\ntitle: {json.dumps(title)}\n---\n\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def without_links(notebook):
    """Links to other notebooks lead to their pages, others beside them nowhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\(([\w-]+)\.ipynb\)", r"](\1.md)", cell.source)
            # Folders beside the notebooks are not in the site.
            cell.source = re.sub(r"\[([^\]]+)\]\(\.\./[^)]*\)", r"\1", cell.source)
    return notebook


def main(folder, *files):
    config = Config()
    config.NbConvertBase.display_data_priority = PRIORITY
    exporter = MarkdownExporter(config=config, raw_template=TEMPLATE)
    exporter.register_filter("one_block", one_block)
    guides, pictures = [], []
    path_of = {}
    for file in files:
        name = os.path.splitext(os.path.basename(file))[0]
        notebook = without_links(nbformat.read(file, as_version=4))
        title = title_of(notebook)
        guides.append((name, title, first_words(notebook)))
        write(os.path.join(folder, f"{name}.html"), page(notebook, title))
        body, resources = exporter.from_notebook_node(
            notebook, resources={"unique_key": name, "output_files_dir": f"{name}-pictures"}
        )
        for path, content in resources.get("outputs", {}).items():
            path_of[content] = path
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "wb") as picture:
                picture.write(content)
        live = f"[This page with live figures]({name}.html), and `notebooks/{name}.ipynb` to run it yourself.\n\n"
        body = re.sub(r"^# .+\n", "", body, count=1, flags=re.M)
        write(os.path.join(folder, f"{name}.md"), front(title) + live + body)
        for heading, data in figures_of(notebook):
            picture = path_of[base64.b64decode(data["image/png"])]
            pictures.append((name, picture, figure_title(data) or heading))
    children = "".join(f"  - {name}.md\n" for name, _, _ in guides)
    lines = "".join(f"- [{title}]({name}.md). {words}\n" for name, title, words in guides)
    guide_front = f"---\ntitle: Guides\nchildren:\n{children}---\n\n"
    write(
        os.path.join(folder, "guides.md"),
        f"{guide_front}Notebooks as they ran on the sample data that `npm start` generates.\n\n{lines}",
    )
    parts = []
    for name, title, _ in guides:
        own = [(picture, text) for of, picture, text in pictures if of == name]
        if own:
            items = "\n".join(f"[![{text}]({picture}) {text}]({name}.md)" for picture, text in own)
            parts.append(f'## {title}\n\n<div class="gallery">\n\n{items}\n\n</div>\n')
    write(os.path.join(folder, "gallery.md"), front("Gallery") + "\n".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
