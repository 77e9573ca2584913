"""Linking across machines: what `kg.link.corpus.identities` asks of all papers, asked by chunks, answered by buckets.

A chunk writes what it has and what it asks for each bucket; a bucket, which has all that concerns its names, writes its
answers for each chunk. So no machine ever has everything, and each answer goes only to who asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg import cache as kept
from kg import lexicon, link, network
from kg.cluster.job import CONCEPT, Job, Segments, Summary, once, paper_of, storage
from kg.link.corpus import Form, Identity, Rules, forms, kinds_of
from kg.link.naming import Usage, concept_of
from kg.link.reading import Name, Reading
from kg.model import Concept, Extraction, LinkedPaper


@dataclass
class Chunk:
    """The papers of a file of extractions, and what the buckets have answered about their names."""

    job: Job
    number: int
    name: str

    @cached_property
    def extractions(self) -> list[Extraction]:
        rows = storage(self.job.output).segment([self.name], 0)
        return [kept.reread(paper_of(row), said).above(self.job.min_score) for _, (row, said) in rows]

    @cached_property
    def rules(self) -> Rules:
        return Rules(lexicon.load())

    @cached_property
    def readings(self) -> list[Reading]:
        return [self.rules.read(extraction) for extraction in self.extractions]

    @cached_property
    def names(self) -> list[Name]:
        return [name for reading in self.readings for name in reading.names]

    @cached_property
    def settled(self) -> list[Name]:
        kinds = {form: dict(counts) for form, counts in self.answers("kinds")}
        for name in self.names:
            self.rules.settle(name, kinds)
        return self.names

    @cached_property
    def seen(self) -> set[Form]:
        return {(kind, form) for kind, form in self.answers("seen")}

    @cached_property
    def identities(self) -> dict[Name, Identity]:
        meanings = {(kind, form): [Identity(*identity)] for kind, form, identity in self.answers("meanings")}
        return {name: self.rules.identity(name, self.seen, meanings) for name in self.settled}

    def linked(self) -> Iterator[LinkedPaper]:
        concepts = {Identity(*it): Concept(iri, type_, "") for it, iri, type_ in self.answers("concepts")}
        meaning = {name: concepts[identity] for name, identity in self.identities.items()}
        return (link.linked(*pair, meaning) for pair in zip(self.extractions, self.readings, strict=True))

    def answers(self, what: str) -> Iterator[Any]:
        names = [self.job.path(f"{what}-told", bucket) for bucket in range(self.job.buckets)]
        return (item for _, item in storage(self.job.output).segment(names, self.number))


def ask(job: Job, what: str, number: int, name: str) -> Summary:
    """What a chunk has and asks, by bucket."""

    def work() -> tuple[Segments, Summary]:
        segments: Segments = [[] for _ in range(job.buckets)]
        for key, item in ASK[what](Chunk(job, number, name)):
            segments[job.bucket(*key)].append(item)
        return segments, {}

    return once(job, job.path(f"{what}-asked", number), work)


def tell(job: Job, what: str, bucket: int, chunks: int) -> Summary:
    """What a bucket answers, by chunk."""

    def work() -> tuple[Segments, Summary]:
        names = [job.path(f"{what}-asked", number) for number in range(chunks)]
        segments: Segments = [[] for _ in range(chunks)]
        for chunk, item in TELL[what](storage(job.output).segment(names, bucket)):
            segments[chunk].append(item)
        return segments, {}

    return once(job, job.path(f"{what}-told", bucket), work)


Asked = Iterator[tuple[tuple[str, ...], Any]]
Told = Iterator[tuple[int, Any]]


def _ask_kinds(chunk: Chunk) -> Asked:
    for form, counts in sorted(kinds_of(chunk.names).items()):
        yield (form,), [form, sorted(counts.items())]


def _tell_kinds(asked: Told) -> Told:
    """Of each spelling that has several, its kinds with their numbers."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    by: dict[str, list[int]] = defaultdict(list)
    for chunk, (form, counts) in asked:
        kinds[form].update(dict(counts))
        by[form].append(chunk)
    for form in sorted(kinds):
        if len(kinds[form]) > 1:
            yield from ((chunk, [form, sorted(kinds[form].items())]) for chunk in by[form])


def _ask_seen(chunk: Chunk) -> Asked:
    names = chunk.settled
    defined = [name.meaning(*pair) for name in names for pair in name.defined]
    have = forms(names)
    want = {form for name in (*names, *defined) for form in chunk.rules.ways(name)}
    yield from (((kind, form), [kind, form, (kind, form) in want]) for kind, form in sorted(have))
    yield from (((kind, form), [kind, form, None]) for kind, form in sorted(want - have))


def _tell_seen(asked: Told) -> Told:
    """Of the forms that are asked for, those that some chunk has."""
    seen: set[tuple[str, str]] = set()
    by: dict[tuple[str, str], list[int]] = defaultdict(list)
    for chunk, (kind, form, wanted) in asked:
        if wanted is not None:
            seen.add((kind, form))
        if wanted is not False:
            by[kind, form].append(chunk)
    yield from ((chunk, form) for form in sorted(seen & by.keys()) for chunk in by[form])


def _ask_meanings(chunk: Chunk) -> Asked:
    names = chunk.settled
    have = {pair for name in names for pair in chunk.rules.definitions(name, chunk.seen)}
    want = {chunk.rules.form(name, chunk.seen) for name in names if not name.defined}
    for (kind, form), it in sorted(have):
        yield (kind, form), [kind, form, [it.kind, it.key, it.form]]
    yield from (((kind, form), [kind, form, None]) for kind, form in sorted(want))


def _tell_meanings(asked: Told) -> Told:
    """Of the forms that are asked for, the meaning of each that has one only."""
    meanings: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    by: dict[tuple[str, str], list[int]] = defaultdict(list)
    for chunk, (kind, form, identity) in asked:
        if identity is None:
            by[kind, form].append(chunk)
        else:
            meanings[kind, form].add(tuple(identity))
    for kind, form in sorted(meanings.keys() & by.keys()):
        if len(meanings[kind, form]) == 1:
            yield from ((chunk, [kind, form, *meanings[kind, form]]) for chunk in by[kind, form])


ASK: Mapping[str, Callable[[Chunk], Asked]] = {"kinds": _ask_kinds, "seen": _ask_seen, "meanings": _ask_meanings}
TELL: Mapping[str, Callable[[Told], Told]] = {"kinds": _tell_kinds, "seen": _tell_seen, "meanings": _tell_meanings}


def use(job: Job, number: int, name: str) -> Summary:
    """How the papers of a chunk use each thing, and which of them name it, by bucket."""

    def work() -> tuple[Segments, Summary]:
        chunk = Chunk(job, number, name)
        papers: dict[Identity, list[int]] = defaultdict(list)
        for at, pair in enumerate(zip(chunk.extractions, chunk.readings, strict=True)):
            for it in {chunk.identities[it] for it in link.named(*pair)}:
                papers[it].append(at)
        segments: Segments = [[] for _ in range(job.buckets)]
        for it, usage in sorted(link.usages(chunk.identities).items()):
            key = it.kind, it.key, it.form
            segments[job.bucket(*key)].append([key, *_told(usage), papers[it]])
        return segments, {}

    return once(job, job.path("concepts-asked", number), work)


def gather(job: Job, bucket: int, chunks: int) -> Summary:
    """How all papers use the things of a bucket, by the bucket of the address that their names make."""

    def work() -> tuple[Segments, Summary]:
        usages: dict[tuple[str, ...], Usage] = defaultdict(Usage)
        papers: dict[tuple[str, ...], list[tuple[int, list[int]]]] = defaultdict(list)
        names = [job.path("concepts-asked", number) for number in range(chunks)]
        for chunk, (identity, *told, where) in storage(job.output).segment(names, bucket):
            key = tuple(identity)
            usages[key].add(_usage(*told))
            papers[key].append((chunk, where))
        segments: Segments = [[] for _ in range(job.buckets)]
        for key in sorted(usages):
            iri = concept_of([Identity(*key)], usages[key], lexicon.load()).iri
            segments[job.bucket(iri)].append([iri, key, *_told(usages[key]), papers[key]])
        return segments, {}

    return once(job, job.path("concepts-gathered", bucket), work)


def conceive(job: Job, bucket: int, chunks: int) -> Summary:
    """The concepts of a bucket: for each chunk those it asked for, then all of them.

    The summary has what the survey wants, the concepts that most papers name.
    """

    def work() -> tuple[Segments, Summary]:
        usages: dict[str, Usage] = defaultdict(Usage)
        things: dict[str, list[Identity]] = defaultdict(list)
        papers: dict[str, set[tuple[int, int]]] = defaultdict(set)
        by: list[tuple[int, Identity, str]] = []
        names = [job.path("concepts-gathered", number) for number in range(job.buckets)]
        for _, (iri, key, surfaces, types, shorts, where) in storage(job.output).segment(names, bucket):
            usages[iri].add(_usage(surfaces, types, shorts))
            things[iri].append(Identity(*key))
            for chunk, numbers in where:
                papers[iri].update((chunk, at) for at in numbers)
                by.append((chunk, Identity(*key), iri))
        known = lexicon.load()
        concepts = {iri: concept_of(things[iri], usages[iri], known) for iri in sorted(usages)}
        segments: Segments = [[] for _ in range(chunks)]
        for chunk, it, iri in sorted(by):
            segments[chunk].append([[it.kind, it.key, it.form], iri, concepts[iri].type])
        most = network.most_named({iri: len(papers[iri]) for iri in concepts})
        told = {
            "most": [[iri, number, concepts[iri].label] for iri, number in most.items()],
            "types": Counter(concept.type for concept in concepts.values()),
            "listed": sorted([it.kind, it.key, it.form] for several in things.values() for it in several if it.key),
        }
        return [*segments, [CONCEPT(concept) for concept in concepts.values()]], told

    return once(job, job.path("concepts-told", bucket), work)


def _told(usage: Usage) -> tuple[list[Any], list[Any], list[str]]:
    return sorted(usage.surfaces.items()), sorted(usage.types.items()), sorted(usage.shorts)


def _usage(surfaces: list[Any], types: list[Any], shorts: list[str]) -> Usage:
    return Usage(Counter(dict(surfaces)), Counter(dict(types)), set(shorts))
