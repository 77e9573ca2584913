"""The graph, part by part."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kg import graph, network, report, turtle
from kg.cluster.asking import Chunk
from kg.cluster.job import Job, Segments, Summary, concept_of, once, storage, written
from kg.cluster.records import reject_lines
from kg.model import LinkedPaper, Reject, Survey, Triple


def state(job: Job, number: int, name: str) -> Summary:
    """The triples and extractions of a chunk's papers; by bucket, the pairs of concepts that they name together."""

    def work() -> tuple[Segments, Summary]:
        chunk = Chunk(job, number, name)
        most = {iri for _, iri in storage(job.output).segment([job.path("most", "all")], 0)}
        papers = list(chunk.linked())
        types = {iri: type_ for _, iri, type_ in chunk.answers("concepts")}
        segments: Segments = [[] for _ in range(job.buckets)]
        for pair, count in sorted(network.pairs(map(network.named, papers), most).items()):
            segments[job.bucket(*pair)].append([pair, count])
        lost = [Reject(key, None, why, raw) for _, (key, why, raw) in storage(job.output).segment([name], 1)]
        counts = Counter(papers=len(papers), mentions=0, results=0, quantities=0)
        for paper in papers:
            counts.update(mentions=len(paper.mentions), results=len(paper.results), quantities=len(paper.quantities))
        return segments, {
            "triples": written(job, f"papers-{number:05}.nt.gz", _ntriples(job, papers, types)),
            "said": written(
                job, f"extractions-{number:05}.jsonl.gz", (f"{report.extraction_line(paper)}\n" for paper in papers)
            ),
            "rejects": [written(job, f"rejects-{number:05}.jsonl.gz", reject_lines(lost))] if lost else [],
            "counts": counts,
            "vocabulary": sorted({turtle.ntriple(it) for it in graph.vocabulary(papers, ())}),
            "papers": f"{graph.digest(paper.paper.key for paper in papers):x}",
        }

    return once(job, job.path("stated", number), work)


def _ntriples(job: Job, papers: Iterable[LinkedPaper], types: Mapping[str, str]) -> Iterator[str]:
    """Each triple once."""
    for paper in papers:
        triples: list[Triple] = [*graph.of_paper(paper, types)]
        if job.mentions:
            triples += graph.evidence(paper)
        yield from dict.fromkeys(map(turtle.ntriple, triples))


def pair(job: Job, bucket: int, chunks: int) -> Summary:
    """In how many papers of all each pair of a bucket is."""

    def work() -> tuple[Segments, Summary]:
        count: Counter[tuple[str, str]] = Counter()
        names = [job.path("stated", number) for number in range(chunks)]
        for _, ((one, other), number) in storage(job.output).segment(names, bucket):
            count[one, other] += number
        return [[[one, other, number] for (one, other), number in sorted(count.items()) if number > 1]], {}

    return once(job, job.path("pairs", bucket), work)


def describe(job: Job, bucket: int, chunks: int) -> Summary:
    """The triples of a bucket's concepts."""

    def work() -> tuple[Segments, Summary]:
        centrality = {iri: value for _, (iri, value) in storage(job.output).segment([job.path("survey", "all")], 0)}
        survey = Survey(centrality=centrality)
        rows = storage(job.output).segment([job.path("concepts-told", bucket)], chunks)
        concepts = [concept_of(row) for _, row in rows]
        lines = [turtle.ntriple(it) for concept in concepts for it in graph.of_concept(concept, survey)]
        return [], {
            "triples": written(job, f"concepts-{bucket:05}.nt.gz", dict.fromkeys(lines)),
            "vocabulary": sorted({turtle.ntriple(it) for it in graph.vocabulary((), concepts)}),
        }

    return once(job, job.path("described", bucket), work)
