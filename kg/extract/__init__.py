"""From text to mentions, results and quantities: the only home of spaCy.

extractor = load()
for extraction in extractor.extract(papers):
    extraction.mentions, extraction.results, extraction.quantities
"""

from kg.extract.pipeline import Extractor, load

__all__ = ["Extractor", "load"]
