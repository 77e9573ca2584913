"""`kg train`: the shipped weights, trained further on someone's own annotations."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from kg.train.corpus import Example, lay
from kg.train.formats import Annotated, read
from kg.train.measure import GoldPaper, tally, wanted
from kg.train.student import fit, of_types, save, tune

SHARE = 0.1  # of the papers are held out
ENOUGH = 50  # concepts to find in the papers held out; fewer say too little to set a threshold by
SHIPPED = "shipped weights"
EPOCHS_FROM_SCRATCH, RATE_FROM_SCRATCH = 8, 2e-3  # about as the shipped ones were trained
_SHAPE = ("width", "depth", "pieces", "rows", "vectors")
_CONTENT = frozenset({"README.md", "config.cfg", "meta.json", "kg_tagger", "tokenizer", "vocab"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Few and small steps, so that what the shipped weights know stays."""

    start: str = SHIPPED
    epochs: int = 3
    rate: float = 5e-4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """What was trained on what, and how well it does.

    `files` counts papers and `names` the names of each type. `skipped` counts answers other than "accept"; `misfits`
    are names that begin or end within a token, `covered` ones that lie in a longer name. `before` and `after` map "all"
    and each type annotated to the score of the shipped tagger and of the new one on the papers held out; where these
    have enough names, the new one is `tuned` to them.
    """

    files: Mapping[str, int]
    names: Mapping[str, int]
    learnt: int
    held_out: int
    skipped: Mapping[str, int]
    misfits: int
    covered: int
    before: Mapping[str, Score]
    after: Mapping[str, Score]
    tuned: bool
    settings: Settings


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
    learnt, held_out = _divided(papers, len(given) if dev else None, seed)
    names = Counter(mark.label for paper in papers for mark in paper.marks if mark.firm)
    if not names:
        raise InputError("no name in the annotations")
    types = frozenset(names)

    nlp = extract.load().nlp
    shipped = _shipped(nlp)
    laid = [(paper, lay(doc, paper.marks), doc) for paper in learnt for doc in [nlp.make_doc(paper.text)]]
    for paper, its, _ in laid:
        for mark in its.misfits:
            on_reject(paper.reject(f"not learnt, as it begins or ends within a token: {mark.surface} ({mark.label})"))
    examples = [Example(doc, its.targets) for _, its, doc in laid]
    settings = (
        Settings("scratch", EPOCHS_FROM_SCRATCH, RATE_FROM_SCRATCH, seed) if from_scratch else Settings(seed=seed)
    )
    settings = replace(settings, epochs=epochs or settings.epochs)
    tagger = _fitted(nlp, examples, types, settings, progress)
    gold = [_gold(paper) for paper in held_out]
    tuned = sum(concept.required for paper in gold for concept in paper.concepts) >= ENOUGH
    if tuned:
        tune(nlp, tagger, gold, types)
    trained = Trained(
        files=dict(Counter(Path(paper.file).name for paper in papers)),
        names={type_: names[type_] for type_ in TYPES if names[type_]},
        learnt=len(learnt),
        held_out=len(held_out),
        skipped=dict(sorted(skipped.items())),
        misfits=sum(len(its.misfits) for _, its, _ in laid),
        covered=sum(len(its.covered) for _, its, _ in laid),
        before=_scores(nlp, shipped, gold, types),
        after=_scores(nlp, tagger, gold, types),
        tuned=tuned,
        settings=settings,
    )
    with atomic_folder(output) as folder:
        meta = {"description": "paperkg's names tagger, trained further", "license": ""}
        save(nlp, tagger, {name: value for name, value in _config(nlp).items() if name in _SHAPE}, folder, meta)
        (folder / "README.md").write_text(card(trained), encoding="utf-8", newline="\n")
    return trained


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


def _divided(papers: Sequence[Annotated], given: int | None, seed: int) -> tuple[list[Annotated], list[Annotated]]:
    """The papers to learn from, and those to hold out: what comes after the first `given`, or a random share."""
    if given is None:
        order = np.random.default_rng(seed).permutation(len(papers)).tolist()
        chosen = set(order[: max(1, round(SHARE * len(papers)))])
    else:
        chosen = set(range(given, len(papers)))
    learnt = [paper for at, paper in enumerate(papers) if at not in chosen]
    held_out = [paper for at, paper in enumerate(papers) if at in chosen]
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


def card(trained: Trained) -> str:
    """The README of a trained pipeline: what went in, and what came out."""
    rows = [
        f"| {type_} | {before.precision:.3f} | {before.recall:.3f} | {before.f1:.3f} "
        f"| {after.precision:.3f} | {after.recall:.3f} | {after.f1:.3f} | {after.gold} |"
        for (type_, before), after in zip(trained.before.items(), trained.after.values(), strict=True)
    ]
    tuning = (
        "set on these papers, so expect slightly less elsewhere" if trained.tuned else "those of the shipped tagger"
    )
    told = {
        "files, with how many papers": trained.files,
        "names": trained.names,
        "papers to learn from, and held out": [trained.learnt, trained.held_out],
        "answers skipped": trained.skipped,
        "names that begin or end within a token, not learnt": trained.misfits,
        "names that lie in a longer one, not learnt": trained.covered,
        "settings": asdict(trained.settings),
    }
    return "\n".join(
        [
            "# A names tagger for paperkg",
            "",
            "Made by `kg train`; use it with `kg build --pipeline THIS_FOLDER`.",
            "",
            *(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in told.items()),
            "",
            "How well the tagger does on the papers held out, before and after (strict, names alone). Threshold and",
            f"calibration are {tuning}.",
            "",
            "| | precision | recall | F1 | precision after | recall after | F1 after | gold |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
