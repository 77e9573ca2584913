"""The interactive page: one HTML file that opens from disk and asks no network for anything.

`picture` chooses what is drawn and where, `cards` gathers what can be told, the scripts in `templates` show both. The
data goes in as JSON and comes out as text: none of it is read as HTML, and the page's policy runs only its own scripts.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path

import jinja2
from markupsafe import Markup

from kg.errors import PaperkgError
from kg.files import PACKAGE
from kg.network import Graph, graph_of, papers_of, related
from kg.store import Remote, Store, plain, select, sparql_term
from kg.view import cards, picture
from kg.view.cards import Json, short
from kg.view.picture import Picture

__all__ = ["page"]

_TEMPLATES = PACKAGE / "templates"
_SCRIPTS = ("things.js", "cards.js", "picture.js", "page.js")
_RESULTS = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
SELECT DISTINCT ?result ?concept WHERE {
  ?paper kg:reportsResult ?result .
  OPTIONAL { ?result kg:metric|kg:subject|kg:onDataset|kg:onHardware|kg:baseline ?concept }
}
"""
_COMMUNITIES = """
PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?member ?label WHERE { ?community a kg:Community ; skos:member ?member ; skos:prefLabel ?label }
"""
_MONTHS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX kg: <https://w3id.org/paperkg/ontology#>
SELECT ?concept ?month (COUNT(DISTINCT ?paper) AS ?papers) WHERE {{
  VALUES ?concept {{ {concepts} }}
  ?paper kg:mentions ?concept ; dcterms:issued ?date .
  FILTER(STRLEN(STR(?date)) >= 7)
  BIND(SUBSTR(STR(?date), 1, 7) AS ?month)
}}
GROUP BY ?concept ?month ORDER BY ?concept ?month
"""
_LAST = 12  # months that a card tells of


def page(store: Store | Remote, *, limit: int = 300) -> str:
    """The page for the graph in `store`: the same bytes for the same graph.

    It draws at most `limit` concepts, those that most papers name, and at most half as many papers, those that name
    most of these concepts; when some are left out, the page says so.
    """
    graph = graph_of(store)
    about = select(store, _RESULTS).rows
    results = Counter(str(concept) for _, concept in about if concept)
    drawn = picture.draw(graph, results, limit=limit)
    papers = len(papers_of(graph))
    counts = {
        "papers": papers,
        "concepts": len(graph) - papers,
        "results": len({result for result, _ in about}),
        "drawn_papers": len(drawn.papers),
        "drawn_concepts": len(drawn.concepts),
    }
    return _rendered(counts, _data(store, graph, results, drawn))


def _data(store: Store | Remote, graph: Graph, results: Mapping[str, int], drawn: Picture) -> Json:
    """All that the scripts show; concepts that are not drawn are in it when a paper on the page names them."""
    named = {*drawn.concepts, *(concept for paper in drawn.papers for concept in graph[paper])}
    while wider := {wide for concept in named for wide in graph[concept]} - named:
        named |= wider
    things = cards.papers(store, drawn.papers) | cards.concepts(store, graph, sorted(named))
    goes_with = related(graph, drawn.papers, named)
    for iri, near in goes_with.items():
        things[short(iri)]["near"] = [short(other) for other in near]
    for iri, told in _of_corpus(store, named).items():
        things[short(iri)] |= told
    for iri in named:
        things[short(iri)] |= {"papers": drawn.naming.get(iri, 0), "results": results.get(iri, 0)}
    for field, places in (("at", drawn.places), ("alone", drawn.alone)):
        for iri, place in places.items():
            things[short(iri)] |= {"size": round(drawn.radii[iri], 1), field: [round(axis) for axis in place]}
    on_page = graph.subgraph({*drawn.papers, *named})
    return {
        "things": things,
        "links": [[short(one), short(other), [*on_page[one][other]]] for one, other in sorted({*on_page.edges()})],
        "pairs": [[short(one), short(other), weight] for one, other, weight in drawn.pairs],
    }


def _of_corpus(store: Store | Remote, concepts: Collection[str]) -> dict[str, Json]:
    """In how many papers of each month a concept is named, and the community that holds it."""
    found: dict[str, Json] = {}
    asked = _MONTHS.format(concepts=" ".join(map(sparql_term, sorted(concepts))))
    for concept, month, papers in select(store, asked).rows:
        found.setdefault(str(concept), {"months": []})["months"].append(f"{plain(month)}: {plain(papers)}")
    for told in found.values():
        del told["months"][:-_LAST]
    for member, community in select(store, _COMMUNITIES).rows:
        if member in concepts:
            found.setdefault(str(member), {})["community"] = plain(community)
    return found


def _rendered(counts: Mapping[str, int], data: Json) -> str:
    """The page itself. Hashes in its policy name the style and the two scripts: nothing else can run."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    look, style, *scripts = (
        (_TEMPLATES / name).read_text(encoding="utf-8") for name in ("look.css", "graph.css", *_SCRIPTS)
    )
    parts = {"style": look + style, "library": _vis_network(), "script": "".join(scripts)}
    return environment.get_template("graph.html").render(
        counts=counts,
        data=data,
        hashes={
            name: base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for name, part in parts.items()
        },
        **{name: Markup(part) for name, part in parts.items()},  # noqa: S704  # our own files, no data
    )


def _vis_network() -> str:
    """The script of vis-network as pyvis brings it, its licence on top, without the pointer to a source map.

    pyvis itself is not imported: that would load IPython, and its own pages load more from the network.
    """
    pyvis = find_spec("pyvis")
    if pyvis is None or pyvis.origin is None:
        raise PaperkgError("pyvis is not installed: it brings the drawing library of the page")
    path = Path(pyvis.origin).parent / "lib" / "vis-9.1.2" / "vis-network.min.js"
    return path.read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
