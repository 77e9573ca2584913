"""From surfaces to concepts: one node a thing, whatever a paper calls it.

Two passes over the corpus. The first reads each paper by itself: which of its names are one, by the abbreviations it
defines. The second knows all papers: what an undefined short form stands for, whether a name without its `dataset` is
in use, which of two kinds a name is. The lexicon comes first in both. Any order of papers gives the same answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from kg.lexicon import Lexicon
from kg.link.corpus import Corpus
from kg.link.corrections import Correction, correct, read_corrections
from kg.link.known import acronyms
from kg.link.ledger import kept_apart, merges
from kg.link.naming import concepts_of
from kg.link.reading import Name, Reading, read, roles
from kg.model import Concept, Extraction, LinkedPaper

__all__ = ["Correction", "correct", "kept_apart", "link", "merges", "read_corrections"]


def link(extractions: Sequence[Extraction], lexicon: Lexicon) -> tuple[list[LinkedPaper], list[Concept]]:
    """The papers in their order, each mention and role with its concept, and the concepts by type and IRI.

    Concepts are all that papers name, and what the lexicon says they are a kind of. A mention's type becomes that of
    its concept.
    """
    meanings = acronyms(lexicon)
    readings = [read(extraction, lexicon, meanings) for extraction in extractions]
    corpus = Corpus(readings, lexicon, meanings)
    concepts, everything = concepts_of(corpus.clusters, lexicon)
    meaning = {name: concepts[identity] for name, identity in corpus.identities.items()}
    papers = [_linked(*pair, meaning) for pair in zip(extractions, readings, strict=True)]
    return papers, everything


def _linked(extraction: Extraction, reading: Reading, meaning: dict[Name, Concept]) -> LinkedPaper:
    mentions = []
    for mention in extraction.mentions:
        concept = meaning[reading.of_mention(mention)]
        mentions.append(replace(mention, type=concept.type, concept=concept.iri))
    named = {(role, surface): reading.of_role(role, surface) for role, surface in roles(extraction)}
    return LinkedPaper(
        extraction.paper,
        tuple(mentions),
        extraction.results,
        extraction.quantities,
        {role: meaning[name].iri for role, name in named.items() if name},
    )
