"""Questions to a graph: shipped ones and your own, with values filled in by name, answered and shown.

store = open_store("output/graph.ttl")
print(render(run(store, "results-by-metric", {"metric": "MFU"})))
"""

from kg.query.evidence import Evidence, tell, why
from kg.query.fill import fill, run, things
from kg.query.questions import Query, read, shipped
from kg.query.render import render
from kg.query.stats import Stats, stats

__all__ = ["Evidence", "Query", "Stats", "fill", "read", "render", "run", "shipped", "stats", "tell", "things", "why"]
