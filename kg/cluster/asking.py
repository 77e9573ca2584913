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
    """How the papers of a chunk use each thing, and how many of them name it, by bucket."""

    def work() -> tuple[Segments, Summary]:
        chunk = Chunk(job, number, name)
        used, papers = link.usages(chunk.identities), Counter[Identity]()
        for extraction, reading in zip(chunk.extractions, chunk.readings, strict=True):
            papers.update({chunk.identities[it] for it in link.named(extraction, reading)})
        segments: Segments = [[] for _ in range(job.buckets)]
        for it, usage in sorted(used.items()):
            key = it.kind, it.key, it.form
            told = sorted(usage.surfaces.items()), sorted(usage.types.items()), sorted(usage.shorts)
            segments[job.bucket(*key)].append([key, *told, papers[it]])
        return segments, {}

    return once(job, job.path("concepts-asked", number), work)


def conceive(job: Job, bucket: int, chunks: int) -> Summary:
    """The concepts of a bucket: for each chunk those it asked for, then all of them with their papers.

    The summary has what the survey wants, the concepts that most papers name.
    """

    def work() -> tuple[Segments, Summary]:
        usages: dict[tuple[str, ...], Usage] = defaultdict(Usage)
        papers: Counter[tuple[str, ...]] = Counter()
        by: dict[tuple[str, ...], list[int]] = defaultdict(list)
        names = [job.path("concepts-asked", number) for number in range(chunks)]
        for chunk, (identity, surfaces, types, shorts, number) in storage(job.output).segment(names, bucket):
            key = tuple(identity)
            usages[key].add(Usage(Counter(dict(surfaces)), Counter(dict(types)), set(shorts)))
            papers[key] += number
            by[key].append(chunk)
        known = lexicon.load()
        concepts = {key: concept_of(Identity(*key), usages[key], known) for key in sorted(usages)}
        segments: Segments = [[] for _ in range(chunks)]
        for key, concept in concepts.items():
            for chunk in by[key]:
                segments[chunk].append([key, concept.iri, concept.type])
        named = {concept.iri: papers[key] for key, concept in concepts.items()}
        labels = {concept.iri: concept.label for concept in concepts.values()}
        told = {
            "most": [[iri, number, labels[iri]] for iri, number in network.most_named(named).items()],
            "types": Counter(concept.type for concept in concepts.values()),
            "listed": [key for key in concepts if key[1]],
        }
        return [*segments, [CONCEPT(concept) for concept in concepts.values()]], told

    return once(job, job.path("concepts-told", bucket), work)
