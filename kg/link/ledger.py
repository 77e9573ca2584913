"""The ledger: each surface that is not its concept's label, and by which rule it came to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kg.lexicon import Lexicon
from kg.link.corrections import Correction
from kg.link.known import acronyms, expand, headless, known
from kg.model import Concept, Extraction, LinkedPaper, Merge
from kg.names import TYPE_KIND
from kg.spelling import loose

SPELLING, LISTED, DEFINED = "spelling", "lexicon", "abbreviation defined in a paper"
WITHIN, SPELLED_OUT = "known name within", "acronym spelled out"
APART = "kept apart: the name has several meanings"
HEADLESS, TITLE, CORRECTED = "word of its kind left out", "named together", "correction"


def merges(
    extractions: Iterable[Extraction],
    papers: Sequence[LinkedPaper],
    concepts: Iterable[Concept],
    lexicon: Lexicon,
    *,
    corrections: Iterable[Correction] = (),
) -> list[Merge]:
    """What `link` and the corrections merged: the surfaces of all mentions that read otherwise than their concept's
    label, by concept and surface, with the rule that explains it, the number of mentions and that of papers.
    """
    corrected = {loose(name) for it in corrections if it.action in {"merge", "rename"} for name in (it.name, it.target)}
    mentions: Counter[tuple[str, str]] = Counter()
    in_papers: Counter[tuple[str, str]] = Counter()
    for paper in papers:
        here = Counter((mention.concept or "", " ".join(mention.text.split())) for mention in paper.mentions)
        mentions.update(here)
        in_papers.update(here.keys())
    defined: dict[str, set[str]] = defaultdict(set)
    for extraction in extractions:
        for short, long in extraction.abbreviations:
            defined[loose(short)].add(loose(long))
            defined[loose(long)].add(loose(short))
    by_iri, meanings = {concept.iri: concept for concept in concepts}, acronyms(lexicon)
    return [
        Merge(
            iri,
            by_iri[iri].label,
            surface,
            CORRECTED
            if loose(surface) in corrected and loose(surface) != loose(by_iri[iri].label)
            else _rule(by_iri[iri], surface, defined, meanings, lexicon),
            count,
            among,
        )
        for (iri, surface), count in sorted(mentions.items())
        if surface != by_iri[iri].label and (among := in_papers[iri, surface])
    ]


def kept_apart(papers: Iterable[LinkedPaper], concepts: Iterable[Concept]) -> list[Merge]:
    """The names that stand for several concepts, of one kind or of two: each surface with each concept that it has in
    some paper, by name and concept. The rule says that nothing was merged.
    """
    mentions: Counter[tuple[str, str, str]] = Counter()
    in_papers: Counter[tuple[str, str, str]] = Counter()
    meanings: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        here: Counter[tuple[str, str, str]] = Counter()
        for mention in paper.mentions:
            surface = " ".join(mention.text.split())
            here[loose(surface), mention.concept or "", surface] += 1
        mentions.update(here)
        in_papers.update(here.keys())
        for form, iri, _ in here:
            meanings[form].add(iri)
    labels = {concept.iri: concept.label for concept in concepts}
    return [
        Merge(iri, labels[iri], surface, APART, count, in_papers[form, iri, surface])
        for (form, iri, surface), count in sorted(mentions.items())
        if len(meanings[form]) > 1
    ]


def _rule(
    concept: Concept, surface: str, defined: Mapping[str, set[str]], meanings: Mapping[str, str], lexicon: Lexicon
) -> str:
    """The first rule, from the plainest on, that makes the surface the concept."""
    form, kind = loose(surface), TYPE_KIND[concept.type]
    label = loose(concept.label)
    others = {loose(other) for other in (concept.label, *concept.alt_labels, *concept.acronyms)} - {form}
    if form == label:
        return SPELLING
    if any(entry.iri == concept.iri for entry in lexicon.by_surface(surface)):
        return LISTED
    if not others.isdisjoint(defined.get(form, ())):
        return DEFINED
    entry = known(lexicon, kind, surface)
    if entry and entry.iri == concept.iri:
        return WITHIN
    if loose(expand(surface, meanings)) in {label, *(loose(expand(other, meanings)) for other in concept.alt_labels)}:
        return SPELLED_OUT
    shorter = headless(kind, surface)
    return HEADLESS if shorter and loose(shorter) in others else TITLE
