"""`python -m kg.train`: vectors, student, teacher, label, student, judging, results, in this order."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from thinc.api import get_current_ops

from kg.extract.tokenizer import blank
from kg.train import corpus as corpora
from kg.train import folds
from kg.train import judging as names
from kg.train import results as roles
from kg.train import student as students
from kg.train import vectors as words
from kg.train.choices import write
from kg.train.folds import Annotated

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)


@click.group(help=__doc__)
def main() -> None:
    logging.basicConfig(format="%(message)s")
    logging.getLogger("kg").setLevel(logging.INFO)
    ops: Any = get_current_ops()
    ops.use_blis = False  # numpy's matrix product is faster for matrices this small


@main.command()
@click.argument("abstracts", type=FILE)
@click.option("-o", "--output", type=NEW, required=True)
def vectors(abstracts: Path, output: Path) -> None:
    """Learn word vectors from ABSTRACTS, JSON Lines of title and abstract."""
    words.learn(blank(), _texts(abstracts), output)


@main.command()
@click.option("--corpus", type=FOLDER, required=True, help="Folder of train.* and dev.*")
@click.option("--annotations", type=FILE, help="Annotations by name alone, of papers in --abstracts.")
@click.option("--abstracts", type=FILE, help="JSON Lines of id, title and abstract.")
@click.option("--start", type=FILE, help="A teacher to go on from, instead of MiniLM.")
@click.option("--epochs", default=5, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("-o", "--output", type=NEW, required=True)
def teacher(corpus: Path, output: Path, **options: Any) -> None:
    """Fine-tune the teacher; the epoch that scores best on dev is kept."""
    from kg.train import teacher as teachers  # noqa: PLC0415

    teachers.train(corpus, output, **options)


@main.command()
@click.argument("abstracts", type=FILE)
@click.option("--teacher", "weights", type=FILE, required=True)
@click.option("--student", "students", type=FOLDER, multiple=True, help="A student that labels along; may be repeated.")
@click.option("--corpus", type=FOLDER, required=True, help="Papers in here are not labelled.")
@click.option("--limit", default=8000, show_default=True)
@click.option("-o", "--output", type=NEW, required=True)
def label(abstracts: Path, weights: Path, students: tuple[Path, ...], corpus: Path, limit: int, output: Path) -> None:
    """Label the first LIMIT of ABSTRACTS with probabilities."""
    from kg.train import label as labels  # noqa: PLC0415

    known = corpora.titles(corpus)
    texts = (text for text in _texts(abstracts) if corpora.fold(text.partition("\n")[0]) not in known)
    corpora.write_silver(output, labels.label(islice(texts, limit), weights, students))


@main.command()
@click.option("--corpus", type=FOLDER, required=True, help="Folder of train.* and dev.*")
@click.option("--annotations", type=FILE, help="Annotations by name alone, of papers in --abstracts.")
@click.option("--abstracts", type=FILE, help="JSON Lines of id, title and abstract.")
@click.option("--silver", type=FILE, help="What `label` wrote.")
@click.option("--vectors", type=FILE, help="What `vectors` wrote.")
@click.option("--start", type=FOLDER, help="Weights to go on from.")
@click.option("--epochs", default=6, show_default=True)
@click.option("--rate", default=2e-3, show_default=True, help="The learning rate at its height.")
@click.option("--dropout", default=0.3, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--fold", type=click.IntRange(0, folds.COUNT - 1), help="Leave these papers out, for what comes after.")
@click.option("-o", "--output", type=NEW, required=True)
def student(output: Path, **options: Any) -> None:
    """Train the weights that ship."""
    score = students.train(options.pop("corpus"), output, **options)
    click.echo(f"dev: precision {score.precision:.3f}, recall {score.recall:.3f}, F1 {score.f1:.3f}")


def _from_folds(learn: Callable[[Annotated], None]) -> click.Command:
    """A command that learns from annotated papers as pipelines read them that have not seen them."""

    @click.option("--corpus", type=FOLDER, required=True, help="Folder of train.* and dev.*")
    @click.option("--annotations", type=FILE, help="Annotations by name alone, of papers in --abstracts.")
    @click.option("--abstracts", type=FILE, help="JSON Lines of id, title and abstract.")
    @click.option(
        "--folds", "taggers", type=FOLDER, required=True, help="Folder of what `student --fold` wrote: 0, 1, 2."
    )
    def command(corpus: Path, annotations: Path | None, abstracts: Path | None, taggers: Path) -> None:
        learn(folds.read_back(taggers, *folds.annotated(corpus, annotations, abstracts)))

    command.__doc__ = learn.__doc__
    return main.command(learn.__name__)(command)


@_from_folds
def judging(papers: Annotated) -> None:
    """Learn which candidates are names: kg/data/choices/names.tsv."""
    write({"name": names.learn(papers)}, "names")


@_from_folds
def results(papers: Annotated) -> None:
    """Learn what numbers are, and of what: kg/data/choices/results.tsv."""
    write(roles.learn(papers), "results")


def _texts(abstracts: Path) -> Iterator[str]:
    for row in corpora.rows(abstracts):
        yield f"{row['title']}\n{row['abstract']}"


if __name__ == "__main__":
    main()
