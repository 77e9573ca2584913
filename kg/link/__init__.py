"""From surfaces to concepts: one node a thing, whatever a paper calls it.

Two passes over the corpus. The first reads each paper by itself: which of its names are one, by the abbreviations it
defines. The second knows all papers: what an undefined short form stands for, whether a name without its `dataset` is
in use, which of two kinds a name is. The lexicon comes first in both. Any order of papers gives the same answer.
"""

from collections.abc import Mapping, Sequence

from kg.lexicon import Lexicon
from kg.link.corpus import Rules, identities
from kg.link.corrections import Correction, correct, read_corrections
from kg.link.ledger import kept_apart, merges
from kg.link.naming import ancestors, concepts_of, usages
from kg.link.reading import Name, Reading, named, roles
from kg.model import TYPES, Concept, Extraction, LinkedPaper, Mention

__all__ = [
    "Correction",
    "ancestors",
    "correct",
    "kept_apart",
    "link",
    "linked",
    "merges",
    "named",
    "read_corrections",
    "usages",
]


def link(extractions: Sequence[Extraction], lexicon: Lexicon) -> tuple[list[LinkedPaper], list[Concept]]:
    """The papers in their order, each mention and role with its concept, and the concepts by type and IRI.

    Concepts are all that papers name, and what the lexicon says they are a kind of. A mention's type becomes that of
    its concept.
    """
    rules = Rules(lexicon)
    readings = [rules.read(extraction) for extraction in extractions]
    meant = identities(readings, rules)
    concepts = concepts_of(usages(meant), lexicon)
    meaning = {name: concepts[identity] for name, identity in meant.items()}
    papers = [linked(*pair, meaning) for pair in zip(extractions, readings, strict=True)]
    return papers, in_order({concept.iri: concept for concept in (*ancestors(concepts, lexicon), *concepts.values())})


def in_order(concepts: Mapping[str, Concept]) -> list[Concept]:
    return sorted(concepts.values(), key=lambda concept: (TYPES.index(concept.type), concept.iri))


def linked(extraction: Extraction, reading: Reading, meaning: Mapping[Name, Concept]) -> LinkedPaper:
    """The paper with the concepts of its names."""
    mentions = []
    for it in extraction.mentions:
        concept = meaning[reading.of_mention(it)]
        mentions.append(
            Mention(it.start, it.end, it.text, concept.type, it.score, it.source, it.introduced, concept.iri)
        )
    named = {(role, surface): reading.of_role(role, surface) for role, surface in roles(extraction)}
    return LinkedPaper(
        extraction.paper,
        tuple(mentions),
        extraction.results,
        extraction.quantities,
        {role: meaning[name].iri for role, name in named.items() if name},
    )
