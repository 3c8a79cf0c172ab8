"""The page of an executed notebook that needs no network."""

from nbconvert import HTMLExporter

# nbconvert's template would load RequireJS (which plotly.js mistakes for its own loader), MathJax and Mermaid from a CDN.
OFFLINE_TEMPLATE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js_requirejs %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
"""


def page(notebook, title):
    """HTML of a whole notebook, its pictures within."""
    notebook.metadata["title"] = title
    exporter = HTMLExporter(raw_template=OFFLINE_TEMPLATE)
    exporter.embed_images = True
    body, _ = exporter.from_notebook_node(notebook)
    return body
