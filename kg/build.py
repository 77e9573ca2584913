"""The whole program on one page: from files of abstracts to an output folder."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from kg import __version__, diff, extract, graph, lexicon, link, network, read, report, store, turtle, validate, view
from kg.errors import GraphError
from kg.model import Concept, LinkedPaper, Merge, Paper, Reject, Report, Run, Survey, Triple
from kg.progress import Progress, silent


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
    progress: Progress = silent,
    on_reject: Callable[[Reject], None] = lambda _: None,
    on_warning: Callable[[str], None] = lambda _: None,
) -> Corpus:
    """Read, extract and link.

    `columns` is that of `kg.read.read`, `corrections` are those of `kg.link.corrections`, `pipeline` and `labels` those
    of `kg.extract.load`. Raises InputError for an input that cannot be read at all, and ModelError for a pipeline that
    cannot be loaded.
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
    merged = read.merge(papers)
    kept = merged.papers
    names = lexicon.load()
    found = extractor.extract(kept, min_score=min_score)
    extractions = list(progress(found, what="extracting", total=len(kept)))
    linked, concepts, idle = link.correct(*link.link(extractions, names), corrections)
    for correction in idle:
        told = " ".join(filter(None, (correction.action, correction.name, correction.target)))
        on_warning(f"correction without effect: {told}")
    used = {
        f"model {extractor.name}".rstrip(): extractor.digest,
        "rules": extract.rules_digest(),
        "lexicon": names.digest,
    }
    if extractor.ignored:
        on_warning(_told(extractor.ignored))
    return Corpus(
        tuple(linked),
        tuple(concepts),
        Run(__version__, used, timestamp),
        Report(
            read=len(papers) + len(rejected),
            kept=len(kept),
            joined=len(papers) - len(kept),
            rejected=tuple(rejected),
            joins=merged.joins,
            similar=merged.similar,
            counts=_counts(linked, concepts),
            used=used,
            ignored=extractor.ignored,
        ),
        tuple(link.merges(extractions, linked, concepts, names, corrections=corrections)),
        tuple(link.kept_apart(linked, concepts)),
        network.survey(linked, concepts),
    )


def _told(ignored: Mapping[str, int]) -> str:
    labels = ", ".join(f"{label} ({number})" for label, number in ignored.items())
    return f"names left out whose labels are no type, with how many: {labels}; map a label with --label LABEL=TYPE"


def _counts(papers: Iterable[LinkedPaper], concepts: Iterable[Concept]) -> dict[str, int]:
    """The number of concepts of each type there is, then of what papers say."""
    said = Counter({"mentions": 0, "results": 0, "quantities": 0})
    for paper in papers:
        said.update(mentions=len(paper.mentions), results=len(paper.results), quantities=len(paper.quantities))
    return {**dict(sorted(Counter(concept.type for concept in concepts).items())), **said}


def build(corpus: Corpus, output: Path, *, mentions: bool = True) -> None:
    """Write the files of a build into `output` (README.md lists them).

    The graph is validated first: GraphError, with every file of an earlier build left as it was, when it breaks its
    shapes. Without any paper only rejects.jsonl and report.json are written.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output, prefix=".build-") as name:
        staging = Path(name)
        (staging / "report.json").write_text(report.account_text(corpus.report), encoding="utf-8", newline="\n")
        (staging / "rejects.jsonl").write_text(
            report.rejects_text(corpus.report.rejected), encoding="utf-8", newline="\n"
        )
        if corpus.papers:
            _write(corpus, staging, mentions=mentions)
        for written in sorted(staging.iterdir()):
            written.replace(output / written.name)


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
    with (staging / "graph.ttl").open("wb") as file:
        turtle.write(_triples(corpus, mentions=mentions), file)
    opened = store.open_store(staging / "graph.ttl")
    if violations := validate.validate(opened):
        told = "; ".join(map(str, violations[:3]))
        raise GraphError(f"the new graph breaks its shapes in {len(violations)} places, nothing replaced: {told}")
    (staging / "graph.html").write_text(view.page(opened), encoding="utf-8", newline="\n")
    lines = "".join(f"{report.extraction_line(paper)}\n" for paper in corpus.papers)
    (staging / "extractions.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    for name, ledger in (("merges.tsv", corpus.merges), ("ambiguous.tsv", corpus.apart)):
        (staging / name).write_text(report.merges_text(ledger), encoding="utf-8", newline="\n")
    shutil.copyfile(graph.ontology(), staging / "ontology.ttl")
