"""The whole program on one page: from files of abstracts to an output folder."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kg import __version__, diff, extract, graph, lexicon, link, network, read, report, store, turtle, validate, view
from kg.cache import Cache
from kg.cache import opened as cached
from kg.errors import GraphError
from kg.files import atomic_folder, code_digest, replaceable
from kg.memory import give_back, uncollected
from kg.model import Concept, Extraction, LinkedPaper, Merge, Paper, Reject, Report, Run, Survey, Triple
from kg.progress import Progress, during, silent
from kg.workers import Failure, spread

_KEPT_AT_ONCE = 200  # extractions: what is lost at most when a build is killed


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the inputs say: papers in input order, the concepts that they share, the account of the reading, the ledgers
    of what was merged and of what was kept apart, and what the whole tells of its concepts.
    """

    papers: tuple[LinkedPaper, ...]
    concepts: tuple[Concept, ...]
    run: Run
    report: Report
    merges: tuple[Merge, ...] = ()
    apart: tuple[Merge, ...] = ()
    survey: Survey = field(default_factory=Survey)


@uncollected()
def understand(
    inputs: Sequence[str | Path],
    *,
    listing_year: int | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
    min_score: float = 0.0,
    corrections: Sequence[link.Correction] = (),
    pipeline: str | Path = extract.WEIGHTS,
    labels: Mapping[str, str] = MappingProxyType({}),
    timestamp: str | None = None,
    cache: Path | None = None,
    processes: int | None = None,
    removed: Collection[str] = (),
    progress: Progress = silent,
    on_reject: Callable[[Reject], None] = lambda _: None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Corpus:
    """Read, extract and link.

    `columns` is that of `kg.read.read`, `corrections` are those of `kg.link.corrections`, `pipeline` and `labels` those
    of `kg.extract.load`. `cache` is a folder in which extractions are kept between builds; `processes` is how many
    extract at once, by default one for each processor. Papers with a key of `removed` become rejects.

    Raises InputError for an input that cannot be read at all, and ModelError for a pipeline that cannot be loaded.
    """
    records = read.read(inputs, listing_year=listing_year, columns=columns)
    extractor = extract.load(pipeline, labels=labels)
    for warning in extractor.warnings:
        on_warning(warning)
    papers: list[Paper] = []
    rejected: list[Reject] = []
    for record in progress(records, what="reading"):
        if isinstance(record, Reject):
            rejected.append(record)
            on_reject(record)
        else:
            papers.append(record)
    read_in = len(papers) + len(rejected)
    merged = read.merge(papers)
    joined = len(papers) - len(merged.papers)
    rejected += [Reject(it.key, None, "removed", read.line(it)) for it in merged.papers if it.key in removed]
    kept = [paper for paper in merged.papers if paper.key not in removed]
    names = lexicon.load()
    version = {
        "pipeline": f"{extractor.name} {extractor.digest}",
        "rules": extract.rules_digest(),
        "code": code_digest(),
        "lexicon": names.digest,
    }
    extractions: list[Extraction] = []
    with cached(cache / "extractions.sqlite", version) if cache else nullcontext() as before:
        for found in _extracted(extractor, kept, before, processes, progress):
            if isinstance(found, Reject):
                rejected.append(found)
                on_reject(found)
            else:
                extractions.append(found.above(min_score))
    with during(progress, "linking"):
        linked, concepts, idle = link.correct(*link.link(extractions, names), corrections)
    for correction in idle:
        told = " ".join(filter(None, (correction.action, correction.name, correction.target)))
        on_warning(f"correction without effect: {told}")
    used = {
        f"model {extractor.name}".rstrip(): extractor.digest,
        "rules": extract.rules_digest(),
        "lexicon": names.digest,
    }
    ignored = dict(sorted(Counter(label for found in extractions for label in found.ignored).items()))
    if ignored:
        on_warning(report.left_out(ignored))
    return Corpus(
        tuple(linked),
        tuple(concepts),
        Run(__version__, used, timestamp),
        Report(
            read=read_in,
            kept=len(extractions),
            joined=joined,
            rejected=tuple(rejected),
            joins=merged.joins,
            similar=merged.similar,
            counts=_counts(linked, concepts),
            used=used,
            ignored=ignored,
        ),
        tuple(link.merges(extractions, linked, concepts, names, corrections=corrections)),
        tuple(link.kept_apart(linked, concepts)),
        network.survey(linked, concepts),
    )


def _extracted(
    extractor: extract.Extractor,
    papers: Sequence[Paper],
    cache: Cache | None,
    processes: int | None,
    progress: Progress,
) -> Iterator[Extraction | Reject]:
    """What each paper says, in order, or why it cannot be told; only what the cache does not know is extracted."""
    known = cache.known(papers) if cache else {}
    new = [paper for paper in papers if paper.key not in known]

    def work(some: Sequence[Paper]) -> list[Extraction]:
        return list(extractor.extract(some))

    made = progress(spread(work, new, processes=processes), what="extracting", total=len(new))
    fresh: list[Extraction] = []
    for paper in papers:
        found = known[paper.key] if paper.key in known else next(made)
        if isinstance(found, Failure):
            yield Reject(paper.key, None, f"not extracted: {found.reason}", read.line(paper))
            continue
        yield found
        if cache and paper.key not in known:
            fresh.append(found)
            if len(fresh) == _KEPT_AT_ONCE:
                cache.keep(fresh)
                fresh.clear()
    if cache:
        cache.keep(fresh)
    for _ in made:  # to its end, so that its bar goes
        pass


def _counts(papers: Iterable[LinkedPaper], concepts: Iterable[Concept]) -> dict[str, int]:
    """The number of concepts of each type there is, then of what papers say."""
    said = Counter({"mentions": 0, "results": 0, "quantities": 0})
    for paper in papers:
        said.update(mentions=len(paper.mentions), results=len(paper.results), quantities=len(paper.quantities))
    return {**dict(sorted(Counter(concept.type for concept in concepts).items())), **said}


def build(
    corpus: Corpus,
    output: Path,
    *,
    mentions: bool = True,
    folder: Path | None = None,
    progress: Progress = silent,
) -> Report:
    """Write the files of a build into `output` (README.md lists them), and the graph as a store into `folder` too.

    The graph is validated first: GraphError, with every file of an earlier build left as it was, when it breaks its
    shapes. Without any paper only rejects.jsonl and report.json are written. The corpus is let go as soon as it is
    written: a caller who keeps it too needs memory for both, it and the store.
    """
    said = corpus.report
    replaceable(folder, output)
    output.mkdir(parents=True, exist_ok=True)
    with uncollected(), tempfile.TemporaryDirectory(dir=output, prefix=".build-") as name:
        staging = Path(name)
        (staging / "report.json").write_text(report.account_text(said), encoding="utf-8", newline="\n")
        (staging / "rejects.jsonl").write_text(report.rejects_text(said.rejected), encoding="utf-8", newline="\n")
        if corpus.papers:
            with during(progress, "writing the graph"):
                _write(corpus, staging, mentions=mentions)
        del corpus  # no decorator may hold it, nor the caller
        give_back()
        with atomic_folder(folder) if folder and said.kept else nullcontext() as kept:
            if said.kept:
                _judge_and_draw(staging, kept, progress)
            for written in sorted(staging.iterdir()):
                written.replace(output / written.name)
    return said


def change(corpus: Corpus, output: Path, *, mentions: bool = True) -> diff.Difference:
    """What a build into `output` would change in the graph that is there; nothing is written.

    GraphError when that graph is broken.
    """
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "graph.ttl"
        with path.open("wb") as file:
            turtle.write(_triples(corpus, mentions=mentions), file)
        there = output / "graph.ttl"
        return diff.diff(store.open_store(there) if there.exists() else store.Store(), store.open_store(path))


def _triples(corpus: Corpus, *, mentions: bool) -> Iterator[Triple]:
    return graph.triples(corpus.papers, corpus.concepts, corpus.run, corpus.survey, mentions=mentions)


def _write(corpus: Corpus, staging: Path, *, mentions: bool) -> None:
    """All that is told from the corpus."""
    with (staging / "graph.ttl").open("wb") as file:
        turtle.write(_triples(corpus, mentions=mentions), file)
    with (staging / "extractions.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{report.extraction_line(paper)}\n" for paper in corpus.papers)
    for name, ledger in (("merges.tsv", corpus.merges), ("ambiguous.tsv", corpus.apart)):
        (staging / name).write_text(report.merges_text(ledger), encoding="utf-8", newline="\n")
    shutil.copyfile(graph.ontology(), staging / "ontology.ttl")


def _judge_and_draw(staging: Path, folder: Path | None, progress: Progress) -> None:
    """All that takes the graph as a store."""
    path = staging / "graph.ttl"
    with during(progress, "loading the graph"):
        opened = store.new_store(folder, path) if folder else store.open_store(path)
    if violations := validate.validate(opened, progress=progress):
        told = "; ".join(map(str, violations[:3]))
        raise GraphError(f"the new graph breaks its shapes in {len(violations)} places, nothing replaced: {told}")
    with during(progress, "drawing the page"):
        (staging / "graph.html").write_text(view.page(opened), encoding="utf-8", newline="\n")
