"""What speaks for and against a candidate being a name, with the whole text in view.

The components that propose see a few words each. Here a candidate is one surface with all its occurrences, and what
counts is what each component said of it, how it is written, the words around it, the names beside, around and inside
it, its place in the title, and what is known of its abbreviation.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, permutations

from kg.extract.occurrences import Place, places
from kg.extract.surfaces import Finds
from kg.model import TYPES, Mention

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LISTING = frozenset((",", "and", "/", "or", "&"))
_OCCURRENCES = 6  # that are looked at; a seventh tells nothing new
_REACH = 80  # characters that an overlapping name may begin before this one
_BESIDE = 7  # characters between two members of a list
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96, 0.99)


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What was proposed for a surface, before it is judged: the likeliest type and how sure the tagger was."""

    kind: str
    step: int


class _Scene:
    """A text with its words and the places of all candidates."""

    def __init__(self, text: str, finds: Finds) -> None:
        self.text = text
        self.title_end = max(text.find("\n"), 0)
        self.colon = text.find(":", 0, self.title_end)
        words = [(match.group().lower(), match.start()) for match in _WORD.finditer(text)]
        self.words = [word for word, _ in words]
        self.starts = [start for _, start in words]
        self.places = places(text, finds)
        self.begins = [place.start for place in self.places]
        self.opinions = {surface: _opinion(found) for surface, found in finds.items()}


def described(
    text: str, finds: Finds, abbreviations: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Each surface that stands in the text as a whole word, where first, and its features."""
    scene = _Scene(text, finds)
    here: dict[str, list[Place]] = defaultdict(list)
    for place in scene.places:
        here[place.surface].append(place)
    kin = _kin(scene, abbreviations)
    for surface, mine in here.items():
        form = _form(surface)
        features = chain(
            ("bias",),
            _said(finds[surface], len(mine)),
            _written(surface, form, scene.opinions[surface].kind, len(mine)),
            kin[surface],
            _placed(scene, form, mine),
        )
        yield surface, mine[0].start, tuple(dict.fromkeys(features))


def _kin(scene: _Scene, abbreviations: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    """What is known of the other form of an abbreviation, and of spellings that differ in case or number."""
    kin: dict[str, list[str]] = defaultdict(list)
    for short, long in abbreviations:
        for form, other, how in ((short, long, "short-for"), (long, short, "long-for")):
            if opinion := scene.opinions.get(other):
                kin[form] += (f"{how}={opinion.kind}", f"{how}={opinion.kind} {opinion.step}")
    variants: dict[str, list[str]] = defaultdict(list)
    for surface in scene.opinions:
        variants[surface.lower().rstrip("s")].append(surface)
    for group in variants.values():
        for surface, other in permutations(group[:_OCCURRENCES], 2):
            kin[surface].append(f"variant={_told(scene.opinions[other])}")
    return kin


def _opinion(finds: Sequence[Mention]) -> _Opinion:
    listed = [find for find in finds if find.source == "lexicon"] or finds
    if not listed:
        return _Opinion("nothing", 0)
    return _Opinion(max(listed, key=by_score).type, _step(max(find.score for find in finds)))


def by_score(find: Mention) -> tuple[float, int]:
    """The surest find comes last, then that of the first type."""
    return find.score, -TYPES.index(find.type)


def _told(opinion: _Opinion) -> str:
    return f"{opinion.kind} {opinion.step}"


def _step(score: float) -> int:
    """A probability in coarse steps."""
    return bisect_left(_STEPS, score)


def _said(finds: Sequence[Mention], occurrences: int) -> Iterator[str]:
    """What the components said."""
    best: dict[tuple[str, str], float] = {}
    for find in finds:
        best[find.source, find.type] = max(find.score, best.get((find.source, find.type), 0.0))
    for (source, kind), score in best.items():
        yield f"{source}={kind}"
        if source == "names":
            yield f"{source}={kind} {_step(score)}"
    yield f"sources={'+'.join(sorted({find.source for find in finds}))}"
    tagged = sum([find.source == "names" for find in finds])
    yield f"share={min(4, 4 * tagged // occurrences)} {min(occurrences, 3)}"


def _written(surface: str, form: str, kind: str, occurrences: int) -> Iterator[str]:
    """How the surface is written."""
    words = [word.lower() for word in _WORD.findall(surface)]
    head, length = words[-1], min(len(words), 6)
    yield from (f"form={form}", f"form={form} {kind}", f"words={length}", f"words={length} {kind}")
    yield from (f"head={head}", f"first={words[0]}", f"suffix={head[-3:]}")
    yield f"plural={surface.endswith('s') and not surface.endswith('ss')} {form}"
    if len(words) > 1:
        yield f"head2={words[-2]} {head}"
    for word in words:
        yield f"in={word}"
    yield from (f"count={min(occurrences, 5)}", f"count={min(occurrences, 5)} {form}")


def _form(surface: str) -> str:
    if any(map(str.isdigit, surface)):
        return "digit"
    if surface.islower():
        return "lower"
    if " " in surface:
        return "capitals"
    if surface.isupper():
        return "upper"
    return "capital" if surface[1:].islower() else "camel"


def _placed(scene: _Scene, form: str, here: Sequence[Place]) -> Iterator[str]:
    """Where the surface stands and what stands around it."""
    nested = True
    for place in here[:_OCCURRENCES]:
        first, last = bisect_left(scene.starts, place.start), bisect_left(scene.starts, place.end)
        before = scene.words[first - 1] if first and not _crosses(scene, place.start, first - 1) else "^"
        second = scene.words[first - 2] if first > 1 else "^"
        after, next_ = (*scene.words[last : last + 2], "$", "$")[:2]
        if place.start < scene.title_end <= (scene.starts[last] if last < len(scene.starts) else len(scene.text)):
            after = "$"
        yield from (f"before={before}", f"after={after}", f"before2={second} {before}", f"after2={after} {next_}")
        yield from (f"around={before} {after}", f"before={before} {form}", f"after={after} {form}")
        overlapping = list(_overlapping(scene, place))
        inside = [other for other in overlapping if other.start <= place.start and place.end <= other.end]
        nested = nested and bool(inside)
        for other in overlapping:
            how = "within" if other in inside else "holds" if other.surface in place.surface else "crosses"
            yield f"{how}={_told(scene.opinions[other.surface])}"
        yield from _listed(scene, place, before, after)
        if place.start < scene.title_end:
            yield from ("titled", f"titled {form}")
            if place.start < 3:
                yield from (f"title-start {after}", f"title-start {after} {form}")
                if after == ":":
                    title = scene.words[last + 1 : bisect_left(scene.starts, scene.title_end)]
                    yield from (f"defined={word}" for word in title)
            elif 0 <= scene.colon < place.start:
                yield "subtitle"
        else:
            yield "body"
            if place.start < scene.title_end + 150:
                yield "early"
    if nested:
        yield "nested"


def _crosses(scene: _Scene, start: int, word: int) -> bool:
    """Whether the title ends between a word and `start`."""
    return scene.starts[word] < scene.title_end < start


def _overlapping(scene: _Scene, place: Place) -> Iterator[Place]:
    """The places of other surfaces that share a character with this one."""
    at = bisect_left(scene.begins, place.start - _REACH)
    for other in islice(scene.places, at, None):
        if other.start >= place.end:
            break
        if other.end > place.start and other.surface != place.surface:
            yield other


def _listed(scene: _Scene, place: Place, before: str, after: str) -> Iterator[str]:
    """What the members of a list say of each other: `MMLU, GSM8K and X` are of one type."""
    if after in _LISTING:
        at = bisect_left(scene.begins, place.end)
        for other in scene.places[at : at + 1]:
            if other.start - place.end <= _BESIDE:
                yield f"then={scene.opinions[other.surface].kind}"
    if before in _LISTING:
        at = bisect_left(scene.begins, place.start)
        for other in scene.places[max(0, at - 4) : at]:
            if 0 < place.start - other.end <= _BESIDE:
                yield f"behind={scene.opinions[other.surface].kind}"
