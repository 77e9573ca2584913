"""`kg train`: the shipped weights, trained further on someone's own annotations."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language

from kg import extract
from kg.errors import InputError
from kg.extract.bio import OUTSIDE, TAGS, decode
from kg.extract.tagger import Tagger, surest
from kg.files import atomic_folder
from kg.model import TYPES, Reject
from kg.progress import Progress, silent
from kg.score import Score
from kg.score.alike import FOLDED_TYPES
from kg.score.alike import TYPES as SCORED_TYPES
from kg.score.reading import concepts
from kg.train.account import SHIPPED, Settings, Trained, card
from kg.train.corpus import Example, Laid, lay
from kg.train.formats import Annotated, read
from kg.train.measure import GoldPaper, tally, wanted
from kg.train.student import fit, of_types, save, tune

SHARE = 0.1  # of the papers are held out
ENOUGH = 50  # concepts to find in the papers held out; fewer say too little to set a threshold by
EPOCHS_FROM_SCRATCH, RATE_FROM_SCRATCH = 8, 2e-3  # about as the shipped ones were trained
_SHAPE = ("width", "depth", "pieces", "rows", "vectors")
_CONTENT = frozenset({"README.md", "config.cfg", "meta.json", "kg_tagger", "tokenizer", "vocab"})


def train(
    files: Sequence[Path],
    output: Path,
    *,
    dev: Path | None = None,
    labels: Mapping[str, str],
    from_scratch: bool = False,
    epochs: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    on_reject: Callable[[Reject], None] = lambda _: None,
) -> Trained:
    """Train on the annotations in `files` (see `kg.train.formats`) and write a pipeline into the folder `output`.

    A tenth of the papers, at least one, or those of `dev`, are held out. `labels` maps labels that are no type to
    types, or to "" to leave them out. The same arguments give the same bytes.

    Raises InputError for labels that are neither a type nor mapped, for too few papers, and for an `output` that holds
    anything but a pipeline.
    """
    _check(output)
    skipped: Counter[str] = Counter()
    given = list(read(files, on_reject, skipped))
    kept = list(read([dev], on_reject, skipped)) if dev else []
    papers = _typed([*given, *kept], labels)
    learnt, held_out = _divided(papers, len(given) if dev else None, seed, on_reject)
    types = frozenset(mark.label for paper in learnt for mark in paper.marks if mark.firm)
    if not types:
        raise InputError("no name in the annotations")
    settings = _settings(from_scratch=from_scratch, epochs=epochs, seed=seed)

    nlp = extract.load().nlp
    laid = [lay(nlp.make_doc(paper.text), paper.marks) for paper in learnt]
    _tell_misfits(learnt, laid, on_reject)
    tagger = _fitted(nlp, [Example(its.doc, its.targets) for its in laid], types, settings, progress)
    gold = [_gold(paper) for paper in held_out]
    tuned = sum(concept.required for paper in gold for concept in paper.concepts) >= ENOUGH
    if tuned:
        tune(nlp, tagger, gold, types)
    trained = Trained(
        files=dict(Counter(Path(paper.file).name for paper in papers)),
        names=_counted(papers),
        learnt=len(learnt),
        held_out=len(held_out),
        skipped=dict(sorted(skipped.items())),
        misfits=sum(len(its.misfits) for its in laid),
        covered=sum(len(its.covered) for its in laid),
        before=_scores(nlp, _shipped(nlp), gold, types),
        after=_scores(nlp, tagger, gold, types),
        tuned=tuned,
        settings=settings,
    )
    with atomic_folder(output) as folder:
        meta = {"description": "paperkg's names tagger, trained further", "license": ""}
        tagger.judged = False
        save(nlp, tagger, {name: value for name, value in _config(nlp).items() if name in _SHAPE}, folder, meta)
        (folder / "README.md").write_text(card(trained), encoding="utf-8", newline="\n")
    return trained


def _settings(*, from_scratch: bool, epochs: int | None, seed: int) -> Settings:
    scratch = Settings("scratch", EPOCHS_FROM_SCRATCH, RATE_FROM_SCRATCH)
    usual = scratch if from_scratch else Settings()
    return replace(usual, epochs=epochs or usual.epochs, seed=seed)


def _tell_misfits(papers: Sequence[Annotated], laid: Sequence[Laid], on_reject: Callable[[Reject], None]) -> None:
    for paper, its in zip(papers, laid, strict=True):
        for mark in its.misfits:
            on_reject(paper.reject(f"not learnt, as it begins or ends within a token: {mark.surface} ({mark.label})"))


def _counted(papers: Iterable[Annotated]) -> dict[str, int]:
    names = Counter(mark.label for paper in papers for mark in paper.marks if mark.firm)
    return {type_: names[type_] for type_ in TYPES if names[type_]}


def _shipped(nlp: Language) -> Tagger:
    tagger = nlp.get_pipe("kg_tagger")
    assert isinstance(tagger, Tagger)
    return tagger


def _config(nlp: Language) -> dict[str, Any]:
    return {name: value for name, value in nlp.get_pipe_config("kg_tagger").items() if name != "factory"}


def _fitted(
    nlp: Language, examples: Sequence[Example], types: Collection[str], settings: Settings, progress: Progress
) -> Tagger:
    """A tagger like the shipped one, trained on the examples."""
    tagger, start = Tagger(nlp, "tagger", **_config(nlp)), None
    if settings.start == SHIPPED:
        start = _shipped(nlp).to_bytes()
        _remember(_shipped(nlp), examples, types)
    fit(
        tagger.network,
        examples,
        start=start,
        epochs=settings.epochs,
        rate=settings.rate,
        seed=settings.seed,
        progress=progress,
    )
    return tagger


def _check(output: Path) -> None:
    """InputError where writing would take away what is no pipeline of ours."""
    if output.exists() and not (output.is_dir() and {path.name for path in output.iterdir()} <= _CONTENT):
        raise InputError(f"{output}: holds other things than a trained pipeline; nothing written")


def _typed(papers: Iterable[Annotated], labels: Mapping[str, str]) -> list[Annotated]:
    """The papers with types for labels."""
    means = {**{type_: type_ for type_ in TYPES}, **labels}
    papers = list(papers)
    unknown = Counter(mark.label for paper in papers for mark in paper.marks if mark.label not in means)
    if unknown:
        told = ", ".join(f"{label} ({number})" for label, number in sorted(unknown.items()))
        raise InputError(
            f"labels that are no type: {told}; say what each means with --label LABEL=TYPE, or leave it out with "
            f"--label LABEL=; types are {', '.join(TYPES)}"
        )
    return [
        replace(paper, marks=tuple(replace(mark, label=means[mark.label]) for mark in paper.marks if means[mark.label]))
        for paper in papers
    ]


def _divided(
    papers: Sequence[Annotated], given: int | None, seed: int, on_reject: Callable[[Reject], None]
) -> tuple[list[Annotated], list[Annotated]]:
    """The papers to learn from, and those to hold out: what comes after the first `given`, or a random share.

    A text that is held out is not learnt from another line either.
    """
    if given is None:
        order = np.random.default_rng(seed).permutation(len(papers)).tolist()
        chosen = set(order[: max(1, round(SHARE * len(papers)))])
    else:
        chosen = set(range(given, len(papers)))
    held_out = [paper for at, paper in enumerate(papers) if at in chosen]
    unseen = {paper.text for paper in held_out}
    learnt = []
    for paper in (paper for at, paper in enumerate(papers) if at not in chosen):
        if paper.text in unseen:
            on_reject(paper.reject("not learnt, as the same text is held out"))
        else:
            learnt.append(paper)
    if not learnt or not held_out:
        raise InputError(f"{len(learnt)} annotated papers to learn from and {len(held_out)} to hold out are too few")
    return learnt, held_out


def _remember(shipped: Tagger, examples: Sequence[Example], types: Collection[str]) -> None:
    """Keep what the shipped tagger thinks of types that nobody marked: there, no mark does not mean that no name is."""
    others = [at for at, tag in enumerate(TAGS) if at != OUTSIDE and tag.partition("-")[2] not in types]
    shares = shipped.network.predict([example.doc for example in examples])
    for example, share in zip(examples, shares, strict=True):
        unmarked = (example.tags == OUTSIDE) & np.isin(share.argmax(axis=1), others)
        example.targets[unmarked] = share[unmarked]


def _gold(paper: Annotated) -> GoldPaper:
    marked = {mark.surface for mark in paper.marks}
    same = [[surface for surface in group if surface in marked] for group in paper.same]
    marks = ((mark.surface, mark.label, mark.firm) for mark in paper.marks)
    return wanted(paper.text, concepts(marks, filter(None, same)))


def _scores(nlp: Language, tagger: Tagger, gold: Sequence[GoldPaper], types: Collection[str]) -> dict[str, Score]:
    docs = [nlp.make_doc(paper.text) for paper in gold]
    found = of_types(types, decode(tagger.network.predict(docs), eagerness=tagger.eagerness))
    counts = tally(gold, docs, (surest(doc, names, tagger.threshold) for doc, names in zip(docs, found, strict=True)))
    folded = {FOLDED_TYPES.get(type_, type_) for type_ in types}
    scored = [type_ for type_ in SCORED_TYPES if type_ in folded]
    return {"all": counts.score(*scored), **{type_: counts.score(type_) for type_ in scored}}
