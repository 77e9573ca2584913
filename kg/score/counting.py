"""Hits and misses, one to one: a merged concept earns one hit, and of a split one all parts but one are wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg.score.alike import TYPES, alike, number, unit
from kg.score.reading import ROLES, FoundPaper, FoundResult, GoldPaper, GoldResult, Node

_NOTHING = FoundPaper("", ())


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1; `gold` is how many there were to find."""

    precision: float
    recall: float
    gold: int = 0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """`kind` is "missed", "false", "split" (several concepts are one), "missed result" or "false result"."""

    kind: str
    type: str
    name: str
    title: str


@dataclass(slots=True)
class Tally:
    """What was right, wrong and missed, by type.

    A right find counts under its own type, and what it satisfies under that of gold, which may be another.
    """

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    mistakes: list[Mistake] = field(default_factory=list)

    def score(self, *types: str) -> Score:
        """Of these types together."""
        right, wrong, found, missed = (
            sum(counter[type_] for type_ in types) for counter in (self.right, self.wrong, self.found, self.missed)
        )
        return Score(right / max(1, right + wrong), found / max(1, found + missed), found + missed)


def count_concepts(gold: Mapping[str, GoldPaper], found: Mapping[str, FoundPaper], *, lenient: bool) -> Tally:
    tally = Tally()
    for key, paper in gold.items():
        nodes = [node for node in found.get(key, _NOTHING).nodes if node.type in TYPES]
        _count_paper(tally, paper, nodes, lenient=lenient)
    return tally


def _count_paper(tally: Tally, paper: GoldPaper, nodes: Sequence[Node], *, lenient: bool) -> None:
    concepts = paper.concepts
    hits = [
        [
            at
            for at, concept in enumerate(concepts)
            if node.type in concept.types and alike(node.type, concept.surfaces, node.surfaces, lenient=lenient)
        ]
        for node in nodes
    ]
    finder = assign([[at for at in its if concepts[at].required] for its in hits])
    right = set(finder.values())
    for number_, (node, its) in enumerate(zip(nodes, hits, strict=True)):
        if number_ in right:
            tally.right[node.type] += 1
        elif all(concepts[at].required for at in its):
            tally.wrong[node.type] += 1
            tally.mistakes.append(Mistake("split" if its else "false", node.type, node.surfaces[0], paper.title))
    for at, concept in enumerate(concepts):
        if concept.required:
            type_ = min(concept.types, key=TYPES.index)
            (tally.found if at in finder else tally.missed)[type_] += 1
            if at not in finder:
                tally.mistakes.append(Mistake("missed", type_, concept.surfaces[0], paper.title))


def assign(wishes: Sequence[Sequence[int]]) -> dict[int, int]:
    """As many of the things wished for as can be had, each with who gets it: everyone gets one of their wishes at most.

    Who comes first is served first, and changes to another wish when that makes room for who comes later (augmenting
    paths, depth first).
    """
    owner: dict[int, int] = {}
    for newcomer in range(len(wishes)):
        tried: set[int] = set()
        asking = [(newcomer, iter(wishes[newcomer]))]  # who asks for a thing,
        asked: list[int] = []  # and for which
        while asking:
            thing = next((wish for wish in asking[-1][1] if wish not in tried), None)
            if thing is None:
                asking.pop()
                del asked[-1:]
                continue
            tried.add(thing)
            asked.append(thing)
            if thing not in owner:
                owner.update(zip(asked, (who for who, _ in asking), strict=True))
                break
            asking.append((owner[thing], iter(wishes[owner[thing]])))
    return owner


def count_results(gold: Mapping[str, GoldPaper], found: Mapping[str, FoundPaper], *, full: bool) -> Tally:
    """Results with the right value, unit and metric, and where `full`, the right subject, dataset and hardware."""
    tally = Tally()
    for key, paper in gold.items():
        free = list(paper.results)
        for result in found.get(key, _NOTHING).results:
            hits = [at for at, wanted in enumerate(free) if _states(wanted, result, full=full)]
            if hits:
                taken = free.pop(max(hits, key=lambda at: free[at].required))
                tally.right[""] += taken.required
                tally.found[""] += taken.required
            else:
                tally.wrong[""] += 1
                tally.mistakes.append(_mistake("false result", result.metric or "", result, paper))
        for missed in (wanted for wanted in free if wanted.required):
            tally.missed[""] += 1
            tally.mistakes.append(_mistake("missed result", next(iter(missed.metric), ""), missed, paper))
    return tally


def _states(wanted: GoldResult, result: FoundResult, *, full: bool) -> bool:
    if number(wanted.value) != number(result.value) or unit(wanted.unit) != unit(result.unit):
        return False
    if not (result.metric and alike("Metric", wanted.metric, [result.metric], lenient=True)):
        return False
    return not full or all(
        not names or bool((name := result.roles[role]) and alike(ROLES[role], names, [name], lenient=True))
        for role, names in wanted.roles.items()
    )


def _mistake(kind: str, metric: str, result: GoldResult | FoundResult, paper: GoldPaper) -> Mistake:
    return Mistake(kind, metric, f"{result.value} {result.unit or ''}".rstrip(), paper.title)
