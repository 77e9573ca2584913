"""From text to mentions, results and quantities: the only home of spaCy.

extractor = load()
for extraction in extractor.extract(papers):
    extraction.mentions, extraction.results, extraction.quantities
"""

from kg.extract.pipeline import WEIGHTS, Extractor, load, rules_digest

__all__ = ["WEIGHTS", "Extractor", "load", "rules_digest"]
