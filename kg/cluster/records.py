"""From files to papers and what they say: reading, joining the records of one paper, extracting."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from kg import cache as kept
from kg import extract, read, report
from kg.cluster.job import PAPER, Job, Segments, Summary, once, paper_of, storage, summary, written
from kg.cluster.storage import digest, fetched
from kg.groups import Groups
from kg.model import Paper, Reject
from kg.read.join import by_title, identifiers, joined, title
from kg.workers import Failure, spread


def take(job: Job, number: int, url: str) -> Summary:
    """Read a file into chunks of records, each with what its records share with others, by bucket."""

    def work() -> tuple[Segments, Summary]:
        chunks: list[str] = []
        papers: list[Paper] = []
        rejects: list[Reject] = []
        with fetched(url) as path:

            def put() -> None:
                name = job.path("papers", f"{number}-{len(chunks)}")
                storage(job.output).write_segments(name, [*_shared(job, papers), [PAPER(it) for it in papers]])
                chunks.append(name)
                papers.clear()

            for record in read.read([path], listing_year=job.listing_year, columns=dict(job.columns)):
                if isinstance(record, Reject):
                    rejects.append(replace(record, file=url + record.file.removeprefix(str(path))))
                    continue
                papers.append(record)
                if len(papers) == job.chunk:
                    put()
            if papers:
                put()
        part = [written(job, f"rejects-read-{number:05}.jsonl.gz", reject_lines(rejects))] if rejects else []
        return [], {"chunks": chunks, "rejects": part}

    return once(job, job.path("taken", number), work)


def reject_lines(rejects: Iterable[Reject]) -> list[str]:
    return report.rejects_text(rejects).splitlines(keepends=True)


def _shared(job: Job, papers: Sequence[Paper]) -> Segments:
    """By bucket: each identifier and each title with the places of its records."""
    segments: Segments = [[] for _ in range(job.buckets)]
    for at, paper in enumerate(papers):
        for reason, value in identifiers(paper):
            segments[job.bucket(reason, value)].append([at, reason, value])
        if told := title(paper):
            slim = Paper(paper.key, paper.title, "", paper.date, paper.authors, arxiv_id=paper.arxiv_id, doi=paper.doi)
            segments[job.bucket(told)].append([at, told, PAPER(slim)])
    return segments


def alike(job: Job, bucket: int) -> Summary:
    """The records that an identifier or a title of this bucket makes one, as places: chunk and number."""

    def work() -> tuple[Segments, Summary]:
        found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        titles: dict[str, list[int]] = defaultdict(list)
        papers: list[Paper] = []
        places: list[tuple[int, int]] = []
        chunks = [name for _, name in storage(job.output).segment([job.path("chunks", "all")], 0)]
        for chunk, (at, told, value) in storage(job.output).segment(chunks, bucket):
            if isinstance(value, str):
                found[told, value].append((chunk, at))
            else:
                titles[told].append(len(papers))
                papers.append(paper_of(value))
                places.append((chunk, at))
        groups = [places_ for places_ in found.values() if len(places_) > 1]
        groups += [[places[number] for number in numbers] for _, numbers in by_title(papers, titles)]
        return [groups], {}

    return once(job, job.path("alike", bucket), work)


def components(job: Job, chunks: int) -> Summary:
    """The groups of records that are one, each record by its place: the only task that sees all chunks at once, and of
    them only what has a double.
    """

    def work() -> tuple[Segments, Summary]:
        groups = Groups()
        names = [job.path("alike", bucket) for bucket in range(job.buckets)]
        for _, places in storage(job.output).segment(names, 0):
            first, *others = (f"{chunk} {at}" for chunk, at in places)
            for other in others:
                groups.join(first, other)
        numbers: dict[str, int] = {}
        segments: Segments = [[] for _ in range(chunks)]
        for place in groups:
            chunk, at = map(int, place.split())
            segments[chunk].append([at, numbers.setdefault(groups.find(place), len(numbers))])
        movers = [chunk for chunk, segment in enumerate(segments) if segment]
        return segments, {"movers": movers, "joined": sum(map(len, segments)) - len(numbers)}

    return once(job, job.path("one", "all"), work)


def move(job: Job, chunk: int, name: str) -> Summary:
    """The records of a chunk that have doubles, by the bucket of their group."""

    def work() -> tuple[Segments, Summary]:
        rows = [row for _, row in storage(job.output).segment([name], job.buckets)]
        segments: Segments = [[] for _ in range(job.buckets)]
        for _, (at, group) in storage(job.output).segment([job.path("one", "all")], chunk):
            segments[group % job.buckets].append([group, rows[at]])
        return segments, {}

    return once(job, job.path("moved", chunk), work)


def join(job: Job, bucket: int) -> Summary:
    """The papers of the groups of this bucket."""

    def work() -> tuple[Segments, Summary]:
        groups: dict[int, list[Paper]] = defaultdict(list)
        one = summary(job, job.path("one", "all")) or {"movers": []}
        names = [job.path("moved", chunk) for chunk in one["movers"]]
        for _, (group, row) in storage(job.output).segment(names, bucket):
            groups[group].append(paper_of(row))
        return [[PAPER(joined(groups[group])) for group in sorted(groups)]], {"papers": len(groups)}

    return once(job, job.path("joined", bucket), work)


def extracted(job: Job, name: str, segment: int, chunk: int | None) -> Summary:
    """What the papers of a file say, in a file that is called after them, so that another build finds it."""
    rows = [row for _, row in storage(job.output).segment([name], segment)]
    if chunk is not None:
        gone = {at for _, (at, _) in storage(job.output).segment([job.path("one", "all")], chunk)}
        rows = [row for at, row in enumerate(rows) if at not in gone]
        rows = [[*PAPER(joined([paper_of(row)]))] for row in rows]
    place = f".cache/extractions/{digest(job.version, rows)}"

    def work() -> tuple[Segments, Summary]:
        extractor = _extractor(job.pipeline, job.labels)
        papers = [paper_of(row) for row in rows]
        said: list[Any] = []
        rejects: list[Any] = []
        ignored: Counter[str] = Counter()
        # In a fork, so that an abstract that hangs, crashes or eats memory costs itself and not the worker.
        for paper, row, found in zip(
            papers, rows, spread(lambda some: list(extractor.extract(some)), papers, processes=1), strict=True
        ):
            if isinstance(found, Failure):
                rejects.append([paper.key, f"not extracted: {found.reason}", read.line(paper)])
            else:
                said.append([row, kept.written(found)])
                ignored.update(found.ignored)
        return [said, rejects], {"name": place, "papers": len(said), "rejects": len(rejects), "ignored": ignored}

    return once(job, place, work)


@cache
def _extractor(pipeline: str, labels: tuple[tuple[str, str], ...]) -> extract.Extractor:
    return extract.load(pipeline or extract.WEIGHTS, labels=dict(labels))
