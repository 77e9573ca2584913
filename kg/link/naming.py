"""A concept's key, label, other labels and acronyms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.lexicon import Entry, Lexicon
from kg.link.corpus import Identity
from kg.link.known import bare
from kg.link.reading import Name
from kg.model import TYPES, Concept
from kg.names import concept_iri, concept_key, is_key
from kg.spelling import loose, singular
from kg.text import fold


def concepts_of(
    clusters: Mapping[Identity, Sequence[Name]], lexicon: Lexicon
) -> tuple[dict[Identity, Concept], list[Concept]]:
    """The concept of each cluster, and all of them with their ancestors from the lexicon, by type and IRI."""
    concepts = {identity: _concept(identity, names, lexicon) for identity, names in clusters.items()}
    everything = {concept.iri: concept for concept in concepts.values()}
    for identity in concepts:
        entry = lexicon.by_key(identity.kind, identity.key)
        for ancestor in lexicon.ancestors(entry) if entry else ():
            everything.setdefault(ancestor.iri, _known(ancestor, (), lexicon))
    return concepts, sorted(everything.values(), key=lambda concept: (TYPES.index(concept.type), concept.iri))


def _concept(identity: Identity, names: Sequence[Name], lexicon: Lexicon) -> Concept:
    entry = lexicon.by_key(identity.kind, identity.key)
    return _known(entry, names, lexicon) if entry else _new(identity, names)


def _known(entry: Entry, names: Iterable[Name], lexicon: Lexicon) -> Concept:
    seen = _surfaces(names)
    acronyms = {*entry.acronyms, *_shorts(names)} - {entry.label}
    return Concept(
        entry.iri,
        entry.type,
        entry.label,
        tuple(sorted({*entry.aliases, *seen} - acronyms - {entry.label})),
        tuple(sorted(acronyms)),
        tuple(sorted(parent.iri for parent in lexicon.broader(entry))),
        tuple(sorted(entry.exact_match)),
        entry.facts,
    )


def _new(identity: Identity, names: Sequence[Name]) -> Concept:
    """A concept of its own.

    Its label is the most frequent spelling of the name that stands for the cluster, the long form before the acronym
    and the singular before the plural. Its key is made of that name's spelling with most hyphens and spaces, in the
    singular, so that it does not depend on how often other papers use which.
    """
    seen = _surfaces(names)
    own = {bare(identity.kind, surface): count for surface, count in sorted(seen.items())}
    own = {surface: count for surface, count in own.items() if loose(surface) == identity.form} or dict(seen)
    label = min(own, key=lambda surface: (_is_broken(surface), singular(surface) != surface, -own[surface], surface))
    spellings = {fold(singular(surface)) for surface in own}
    spelling = min(spellings, key=lambda form: (not is_key(form.replace(" ", "-")), -len(form), form))
    types = sum((name.types for name in names), Counter[str]())
    type_ = min(types, key=lambda type_: (-types[type_], TYPES.index(type_)), default=_DEFAULT[identity.kind])
    acronyms = set(_shorts(names)) - {label}
    return Concept(
        concept_iri(type_, concept_key(spelling)),
        type_,
        label,
        tuple(sorted({*seen, *own} - acronyms - {label})),
        tuple(sorted(acronyms)),
    )


def _is_broken(surface: str) -> bool:
    """Whether a piece of mark-up sticks to the name: `partial differential equations}`."""
    return any(surface.count(left) != surface.count(right) for left, right in ("{}", "()", "[]")) or surface[-1] == "$"


_DEFAULT = {"method": "Method", "dataset": "Dataset", "task": "Task", "metric": "Metric", "hardware": "Hardware"}


def _surfaces(names: Iterable[Name]) -> Counter[str]:
    """Every surface with its number of mentions, those without any too."""
    surfaces: Counter[str] = Counter()
    for name in names:
        surfaces.update(name.surfaces)
    return surfaces


def _shorts(names: Iterable[Name]) -> Iterator[str]:
    """The short forms that papers define, in the singular."""
    return (singular(short) for name in names for short, long in name.defined if loose(short) != loose(long))
