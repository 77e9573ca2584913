"""A concept's key, label, other labels and acronyms."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.lexicon import Entry, Lexicon
from kg.link.corpus import Identity
from kg.link.known import bare
from kg.link.reading import Name
from kg.model import TYPES, Concept
from kg.names import concept_iri, concept_key, is_key
from kg.spelling import loose, singular
from kg.text import fold


@dataclass(slots=True)
class Usage:
    """How papers use what is one thing: its surfaces with their mentions, its types, the short forms they define."""

    surfaces: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    shorts: set[str] = field(default_factory=set)

    def add(self, other: "Usage | Name") -> None:
        self.surfaces.update(other.surfaces)
        self.types.update(other.types)
        self.shorts.update(other.shorts)


def usages(identities: Mapping[Name, Identity]) -> dict[Identity, Usage]:
    """How the papers use each thing that they name."""
    together: dict[Identity, list[Name]] = defaultdict(list)
    for name, identity in identities.items():
        together[identity].append(name)
    return {identity: _usage(names) for identity, names in together.items()}


def _usage(names: Sequence[Name]) -> Usage:
    if len(names) == 1:  # as most are: no need to count again
        [name] = names
        return Usage(name.surfaces, name.types, name.shorts)
    usage = Usage()
    for name in names:
        usage.add(name)
    return usage


def concepts_of(usages: Mapping[Identity, Usage], lexicon: Lexicon) -> dict[Identity, Concept]:
    """The concept of each thing. Things whose names make one key are one, though their spellings are told apart: the
    plural `s` of `BiasedTales-ML` is folded, that of `BIASEDTALES-ML` is none.
    """
    concepts = {identity: concept_of([identity], usage, lexicon) for identity, usage in usages.items()}
    together: dict[str, list[Identity]] = defaultdict(list)
    for identity, concept in concepts.items():
        together[concept.iri].append(identity)
    for several in together.values():
        if len(several) > 1:
            whole = Usage()
            for identity in several:
                whole.add(usages[identity])
            concepts |= dict.fromkeys(several, concept_of(several, whole, lexicon))
    return concepts


def concept_of(identities: Iterable[Identity], usage: Usage, lexicon: Lexicon) -> Concept:
    """The concept of things that are one, by how they are used together."""
    things = sorted(identities)
    entry = next((found for it in things if (found := lexicon.by_key(it.kind, it.key))), None)
    return _known(entry, usage, lexicon) if entry else _new(things[0].kind, {it.form for it in things}, usage)


def ancestors(identities: Iterable[Identity], lexicon: Lexicon) -> Iterator[Concept]:
    """What the lexicon says that these are a kind of, as concepts that nobody names."""
    entries = {entry.iri: entry for identity in identities if (entry := lexicon.by_key(identity.kind, identity.key))}
    above = {it.iri: it for entry in entries.values() for it in lexicon.ancestors(entry) if it.iri not in entries}
    yield from (_known(entry, Usage(), lexicon) for entry in above.values())


def _known(entry: Entry, usage: Usage, lexicon: Lexicon) -> Concept:
    acronyms = {*entry.acronyms, *usage.shorts} - {entry.label}
    return Concept(
        entry.iri,
        entry.type,
        entry.label,
        tuple(sorted({*entry.aliases, *usage.surfaces} - acronyms - {entry.label})),
        tuple(sorted(acronyms)),
        tuple(sorted(parent.iri for parent in lexicon.broader(entry))),
        tuple(sorted(entry.exact_match)),
        entry.facts,
    )


def _new(kind: str, forms: Collection[str], usage: Usage) -> Concept:
    """A concept of its own.

    Its label is the most frequent spelling of the name that stands for the cluster, the long form before the acronym
    and the singular before the plural. Its key is made of that name's spelling with most hyphens and spaces, in the
    singular, so that it does not depend on how often other papers use which.
    """
    seen, types = usage.surfaces, usage.types
    own = {bare(kind, surface): count for surface, count in sorted(seen.items())}
    own = {surface: count for surface, count in own.items() if loose(surface) in forms} or dict(seen)
    label = min(own, key=lambda surface: (_is_broken(surface), singular(surface) != surface, -own[surface], surface))
    spellings = {fold(singular(surface)) for surface in own}
    spelling = min(spellings, key=lambda form: (not is_key(form.replace(" ", "-")), -len(form), form))
    type_ = min(types, key=lambda type_: (-types[type_], TYPES.index(type_)), default=_DEFAULT[kind])
    acronyms = usage.shorts - {label}
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
