"""The same graph by many machines: `kg build --engine dask://HOST:8786 s3://bucket/*.jsonl.gz -o s3://bucket/graph`.

Reading, extraction and linking run as tasks on a Dask cluster that is there already. What a task makes it writes, whole
or not at all, to the output, which all machines reach (fsspec): so any worker may die at any time, the scheduler too,
and a build that was broken off goes on where it was. The result is N-Triples in parts, with a manifest that names them
by their hashes; their union is the graph that `kg.build` makes of the same papers.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from kg import __version__, extract, graph, lexicon, link, network, turtle
from kg.cluster import asking, records, stating
from kg.cluster.engine import Dask
from kg.cluster.job import Job, Summary, storage, written
from kg.cluster.storage import Storage, digest, inputs
from kg.errors import InputError
from kg.files import code_digest
from kg.link.corpus import Identity
from kg.model import Run, Survey
from kg.progress import Progress, silent

__all__ = ["MANIFEST", "Dask", "build", "version"]

MANIFEST = "manifest.json"
_CHUNK = 2000  # papers of a task: a quarter of a minute
_BUCKETS = range(4, 1025)
_BUCKET = 16 << 20  # bytes of input for each
_GRAPH = re.compile(r"graph-[0-9a-f]{12}")


def version() -> str:
    """What this machine runs: workers must run the same."""
    return digest(__version__, code_digest(), extract.rules_digest(), lexicon.load().digest)


def build(
    engine: Dask,
    urls: Sequence[str],
    output: str,
    *,
    listing_year: int | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
    min_score: float = 0.0,
    pipeline: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
    timestamp: str | None = None,
    mentions: bool = True,
    chunk: int = _CHUNK,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Build the graph of files at addresses into a folder at an address; the manifest, which is written last.

    Options are those of `kg.build.understand`, with "" for the shipped pipeline; `chunk` is how many papers a task has.
    InputError when an input or the cluster cannot be reached, or a task fails again and again.
    """
    files, output = inputs(urls), Storage(output).url
    here = version()
    _check(engine, output, here)
    extractor = extract.load(pipeline or extract.WEIGHTS, labels=labels)
    options = (listing_year, sorted(columns.items()), min_score, mentions, chunk, timestamp)
    made_by = digest(here, extractor.digest, sorted(labels.items()))
    told = digest(made_by, options, [[file.url, file.version] for file in files])
    job = Job(
        output=output,
        folder=f".cache/{told}",
        graph=f"graph-{told[:12]}",
        version=made_by,
        chunk=chunk,
        buckets=min(max(sum(file.size for file in files) // _BUCKET, _BUCKETS[0]), _BUCKETS[-1]),
        listing_year=listing_year,
        columns=tuple(columns.items()),
        min_score=min_score,
        pipeline=pipeline,
        labels=tuple(labels.items()),
        mentions=mentions,
    )
    there = _manifest(output)
    if there and there.get("folder") == job.graph and _names(there) <= storage(output).names(job.graph):
        return there
    used = {
        f"model {extractor.name}".rstrip(): extractor.digest,
        "rules": extract.rules_digest(),
        "lexicon": lexicon.load().digest,
    }
    run = Run(__version__, used, timestamp)
    manifest = _stages(job, partial(engine.each, progress=progress), [file.url for file in files], run)
    _publish(job, manifest)
    return manifest


def _check(engine: Dask, output: str, here: str) -> None:
    """InputError for a worker that does not reach the output, or runs another state of the program."""
    probe = f".cache/probe-{uuid4().hex}"
    storage(output).write(probe, here.encode())
    try:
        for worker, (reaches, there) in engine.everywhere(partial(_at_worker, output, probe)).items():
            if not reaches:
                raise InputError(f"worker {worker}: does not see {output}")
            if there != here:
                raise InputError(f"worker {worker}: runs another state of paperkg than this machine")
    finally:
        storage(output).remove(probe)


def _at_worker(output: str, probe: str) -> tuple[bool, str]:
    return storage(output).read(probe) is not None, version()


Each = Callable[..., list[Summary]]


def _stages(job: Job, each: Each, urls: Sequence[str], run: Run) -> dict[str, Any]:
    """The stages one after the other; what their tasks say here is little."""
    names, joined, lost, ignored = _papers(job, each, urls)
    said = _concepts(job, each, names)
    stated, pairs = _papers_stated(job, each, names, said)
    described, survey = _concepts_described(job, each, len(names), said, pairs)
    above = list(link.ancestors((Identity(*key) for told in said for key in told["listed"]), lexicon.load()))
    papers = sum(int(told["papers"], 16) for told in stated) % (1 << 256)
    lines = dict.fromkeys(
        map(
            turtle.ntriple,
            (
                *(triple for concept in above for triple in graph.of_concept(concept, survey)),
                *graph.of_corpus(survey),
                *graph.vocabulary((), above),
                *graph.run_triples(run, papers),
            ),
        )
    )
    lines |= dict.fromkeys(line for told in (*stated, *described) for line in told["vocabulary"])
    parts = [told["triples"] for told in (*stated, *described)] + [written(job, "corpus.nt.gz", lines)]
    rejects = [*lost, *(part for told in stated for part in told["rejects"])]
    counts, types = Counter(concept.type for concept in above), Counter[str]()
    for told in said:
        counts.update(told["types"])
    for told in stated:
        types.update(told["counts"])
    kept, rejected = types.pop("papers", 0), sum(part["lines"] for part in rejects)
    return {
        "format": "N-Triples, gzip",
        "folder": job.graph,
        "papers": {"read": kept + joined + rejected, "kept": kept, "joined": joined, "rejected": rejected},
        "counts": dict(sorted(counts.items())) | {name: types[name] for name in ("mentions", "results", "quantities")},
        "used": dict(run.used) | {"paperkg": run.version},
        "ignored": dict(sorted(ignored.items())),
        "triples": sum(part["lines"] for part in parts),
        "parts": parts,
        "extractions": [told["said"] for told in stated],
        "rejects": rejects,
    }


def _papers(job: Job, each: Each, urls: Sequence[str]) -> tuple[list[str], int, list[Summary], Mapping[str, int]]:
    """The files of extractions, how many records were joined with others, the parts of rejects, and how many names were
    left out by their label.
    """
    buckets = range(job.buckets)
    taken = each(records.take, [(job, *numbered) for numbered in enumerate(urls)], what="reading")
    chunks = [name for told in taken for name in told["chunks"]]
    if not chunks:
        raise InputError("no paper in the input")
    storage(job.output).write_segments(job.path("chunks", "all"), [chunks])
    each(records.alike, [(job, bucket) for bucket in buckets], what="comparing records")
    [one] = each(records.components, [(job, len(chunks))], what="joining records")
    movers = one["movers"]
    each(records.move, [(job, chunk, chunks[chunk]) for chunk in movers], what="joining records")
    tasks: list[tuple[Any, ...]] = [(job, name, job.buckets, at) for at, name in enumerate(chunks)]
    if movers:
        joined = each(records.join, [(job, bucket) for bucket in buckets], what="joining records")
        tasks += [(job, job.path("joined", it), 0, None) for it, told in enumerate(joined) if told["papers"]]
    found = each(records.extracted, tasks, what="extracting")
    ignored = Counter[str]()
    for told in found:
        ignored.update(told["ignored"])
    rejects = [part for told in taken for part in told["rejects"]]
    return [told["name"] for told in found], one["joined"], rejects, ignored


def _concepts(job: Job, each: Each, names: Sequence[str]) -> list[Summary]:
    """What each bucket says of its concepts, when the chunks have been told all that they ask."""
    chunks, buckets = list(enumerate(names)), range(job.buckets)
    for what in asking.ASK:
        each(asking.ask, [(job, what, *chunk) for chunk in chunks], what="linking")
        each(asking.tell, [(job, what, bucket, len(names)) for bucket in buckets], what="linking")
    each(asking.use, [(job, *chunk) for chunk in chunks], what="linking")
    each(asking.gather, [(job, bucket, len(names)) for bucket in buckets], what="linking")
    return each(asking.conceive, [(job, bucket, len(names)) for bucket in buckets], what="linking")


def _papers_stated(
    job: Job, each: Each, names: Sequence[str], said: Sequence[Summary]
) -> tuple[list[Summary], Mapping[tuple[str, str], int]]:
    """What each chunk says of its triples, and how many papers name each two of the most named concepts."""
    most = _most(said)
    storage(job.output).write_segments(job.path("most", "all"), [sorted(most)])
    stated = each(stating.state, [(job, *chunk) for chunk in enumerate(names)], what="writing papers")
    each(stating.pair, [(job, bucket, len(names)) for bucket in range(job.buckets)], what="counting pairs")
    paired = [job.path("pairs", bucket) for bucket in range(job.buckets)]
    return stated, {(one, other): count for _, (one, other, count) in storage(job.output).segment(paired, 0)}


def _concepts_described(
    job: Job, each: Each, chunks: int, said: Sequence[Summary], pairs: Mapping[tuple[str, str], int]
) -> tuple[list[Summary], Survey]:
    """What each bucket says of its concepts' triples, and the survey that they tell of."""
    labels = {iri: label for told in said for iri, _, label in told["most"]}
    survey = network.survey_of(_most(said), pairs, labels)
    storage(job.output).write_segments(job.path("survey", "all"), [sorted(survey.centrality.items())])
    tasks = [(job, bucket, chunks) for bucket in range(job.buckets)]
    return each(stating.describe, tasks, what="writing concepts"), survey


def _most(said: Sequence[Summary]) -> dict[str, int]:
    return network.most_named({iri: number for told in said for iri, number, _ in told["most"]})


def _publish(job: Job, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, and then remove the graph that it replaces and what only this build needed."""
    before, kept = _manifest(job.output), storage(job.output)
    for left in kept.names(job.graph) - _names(manifest):  # by a worker that was killed as it wrote
        kept.remove(f"{job.graph}/{left}")
    kept.write(MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    kept.remove(job.folder)
    if before and before.get("folder") != job.graph and _GRAPH.fullmatch(str(before.get("folder"))):
        kept.remove(before["folder"])


def _names(manifest: Mapping[str, Any]) -> set[str]:
    """The files that a manifest names."""
    return {part["name"] for what in ("parts", "extractions", "rejects") for part in manifest[what]}


def _manifest(output: str) -> dict[str, Any] | None:
    """The manifest of an earlier build there."""
    try:
        return dict(json.loads(storage(output).read(MANIFEST) or b"null") or {}) or None
    except (ValueError, TypeError):
        return None
