"""`kg build`, `kg remove` and `kg extract`: from abstracts to a graph, or to JSON Lines."""

import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from kg.cli.cluster import build_by
from kg.cli.options import BROKEN, input_options, open_graph, say, steps, tell_reject, tell_warning
from kg.errors import InputError
from kg.files import PACKAGE, atomic, claimed
from kg.model import TYPES
from kg.progress import during
from kg.text import printable

if TYPE_CHECKING:
    from kg.build import Corpus
    from kg.model import Report

_SAMPLE = PACKAGE / "sample" / "daily-papers.txt"
_UNDERSTANDING = ("reading", "extracting", "linking")


class _Remembered(click.Command):
    """A command whose arguments `kg remove` gives again."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["kg.arguments"] = list(args)
        return super().parse_args(ctx, args)


@click.command(cls=_Remembered)
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@input_options
@click.option(
    "-o",
    "--output",
    "place",
    default="output",
    show_default=True,
    type=click.Path(file_okay=False),
    help="The folder to write into.",
)
@click.option(
    "--store",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the graph as a store in this folder too: large graphs then take little memory, here and when asked.",
)
@click.option(
    "--engine",
    metavar="dask://HOST:PORT",
    help="Let a Dask cluster do it; INPUT and OUTPUT may be addresses, as in s3://BUCKET/*.jsonl.gz.",
)
@click.option("--no-mentions", is_flag=True, help="Leave mentions and contexts out of the graph.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would change in the graph that is there.")
@click.option("--timestamp", is_flag=True, help="Say in the graph when it was made, as SOURCE_DATE_EPOCH does.")
def build(
    inputs: tuple[str, ...],
    place: str,
    *,
    folder: Path | None,
    engine: str | None,
    no_mentions: bool,
    dry_run: bool,
    timestamp: bool,
    strict: bool,
    **options: Any,
) -> None:
    """Build the graph of INPUT: Turtle, page, extractions and report.

    INPUT is a file, packed or not, a folder, a pattern or `-` for standard input; without one the sample is built.
    """
    from kg import build as program

    options["timestamp"] = _timestamp(asked=timestamp)
    if engine:
        if folder or dry_run or options.pop("corrections") or options.pop("processes"):
            raise click.UsageError("--store, --dry-run, --corrections and --processes do not go with --engine")
        rejected = build_by(engine, inputs, place, mentions=not no_mentions, **options)
        sys.exit(BROKEN if strict and rejected else 0)
    inputs, output = inputs or (str(_SAMPLE),), Path(place)
    if dry_run:
        shown = steps(*_UNDERSTANDING, "comparing")
        with TemporaryDirectory() as name:  # of the cache a copy, for nothing is to be written
            kept = output / ".cache" / "extractions.sqlite"
            if kept.is_file():
                shutil.copyfile(kept, Path(name) / kept.name)
            corpus = _understand(inputs, progress=shown, cache=Path(name), removed=_removed(output), **options)
        with during(shown, "comparing"):
            found = program.change(corpus, output, mentions=not no_mentions)
        click.echo("\n".join(map(printable, str(found).split("\n"))))
        _end(corpus.report, strict=strict)
        return
    shown = steps(*_UNDERSTANDING, "writing the graph", "loading the graph", "checking", "drawing the page")
    with claimed(output, folder):
        removed = _removed(output)
        # In a list, so that nothing here holds it when it is let go.
        read = [_understand(inputs, progress=shown, cache=output / ".cache", removed=removed, **options)]
        report = program.build(read.pop(), output, mentions=not no_mentions, folder=folder, progress=shown)
        if removed:
            _tell_removed(report, removed)
        if report.kept:
            told = {"folder": str(Path.cwd()), "arguments": click.get_current_context().meta["kg.arguments"]}
            with atomic(output / ".cache" / "build.json") as file:
                file.write(json.dumps(told).encode())
    _tell(report, output)
    _end(report, strict=strict)


@click.command()
@click.argument("papers", nargs=-1, required=True, metavar="PAPER...")
@click.option(
    "-o",
    "--output",
    default="output",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the build.",
)
@click.option("--undo", is_flag=True, help="Take them in again.")
def remove(papers: tuple[str, ...], output: Path, *, undo: bool) -> None:
    """Take papers out of the graph in a folder, and keep them out of later builds there.

    PAPER is a key, an arXiv id or a part of the title. The last build is done again without them.
    """
    try:
        last = json.loads((output / ".cache" / "build.json").read_text("utf-8"))
        arguments, folder = list(last["arguments"]), Path(last["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{output}: no build is remembered there; `kg build` first") from None
    if "-" in arguments:
        raise InputError(f"{output}: was built from standard input, which is gone; build it from a file")
    before = _removed(output)
    wanted = {_removed_key(before, paper) if undo else _paper_key(output, paper) for paper in papers}
    output = output.resolve()
    graph = output / "graph.ttl"
    there = graph.stat().st_ino
    try:
        os.chdir(folder)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}") from error
    _keep_out(output, before - wanted if undo else before | wanted)
    try:
        build.main([*arguments, "--output", str(output)], standalone_mode=False)  # the folder may have been moved
    except BaseException:
        if graph.stat().st_ino == there:  # else only --strict is not content with it
            _keep_out(output, before)
        raise


def _keep_out(output: Path, keys: set[str]) -> None:
    from kg.files import atomic

    with atomic(output / "removed.txt") as file:
        file.write("".join(f"{key}\n" for key in sorted(keys)).encode())


def _removed(output: Path) -> set[str]:
    """The keys of the papers to keep out of a folder."""
    path = output / "removed.txt"
    try:
        return set(path.read_text("utf-8").split()) if path.exists() else set()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8") from error


def _removed_key(removed: set[str], name: str) -> str:
    """The one of the keys that a key, an arXiv id or a part of the title means."""
    from kg.names import paper_key

    slug = paper_key(name, "").rpartition("-")[0]
    found = removed & {name, paper_key("", "", arxiv_id=name)} or {key for key in removed if slug and slug in key}
    if len(found) != 1:
        raise click.UsageError(f"{name}: {f'{len(found)} of the removed are called so' if found else 'not removed'}")
    return found.pop()


def _tell_removed(report: "Report", removed: set[str]) -> None:
    left_out = [reject.file for reject in report.rejected if reject.reason == "removed"]
    click.echo(f"{len(left_out)} left out, as `kg remove` was told", err=True)
    if gone := removed.difference(left_out):
        tell_warning(f"removed, and not in the input any more: {', '.join(sorted(gone))}")


def _paper_key(output: Path, name: str) -> str:
    from kg.names import expand
    from kg.query import things

    found = things(open_graph(str(output / "graph.ttl")), name, "Paper")
    if len(found) != 1:
        raise click.UsageError(f"{name}: {f'{len(found)} papers are called so' if found else 'no such paper'}")
    return found[0].removeprefix(expand("paper:"))


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@input_options
def extract(inputs: tuple[str, ...], *, strict: bool, **options: Any) -> None:
    """Print what each paper of INPUT says, as JSON Lines.

    INPUT is a file, packed or not, a folder, a pattern or `-` for standard input.
    """
    from kg import report

    corpus = _understand(inputs, progress=steps(*_UNDERSTANDING), **options)
    for paper in corpus.papers:
        say(f"{report.extraction_line(paper)}\n")
    _end(corpus.report, strict=strict)


def _understand(inputs: tuple[str, ...], pipeline: str | None, **options: Any) -> "Corpus":
    from kg import build as program

    if pipeline:
        options["pipeline"] = pipeline
    return program.understand(inputs, on_reject=tell_reject, on_warning=tell_warning, **options)


def _end(report: "Report", *, strict: bool) -> None:
    if strict and report.rejected:
        sys.exit(BROKEN)
    if not report.kept:
        raise InputError("no paper in the input")


def _timestamp(*, asked: bool) -> str | None:
    """The time to state, as xsd:dateTime, or None."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        try:
            moment = datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            raise click.UsageError(f"SOURCE_DATE_EPOCH is no number of seconds: {epoch}") from None
    elif asked:
        moment = datetime.now(UTC)
    else:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell(report: "Report", output: Path) -> None:
    counts = report.counts
    concepts = sum(number for type_, number in counts.items() if type_ in TYPES)
    joined = f", {report.joined} joined with another" if report.joined else ""
    rejected = f", {len(report.rejected)} rejected (see {output / 'rejects.jsonl'})" if report.rejected else ""
    click.echo(
        f"{report.kept} papers{joined}{rejected}: {concepts} concepts, {counts['results']} results, "
        f"{counts['quantities']} quantities",
        err=True,
    )
    if report.kept:
        click.echo(f"graph: {output / 'graph.ttl'}\npage:  {output / 'graph.html'}", err=True)
