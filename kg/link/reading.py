"""One paper by itself: which of its names are one, by the abbreviations it defines, and of what kind."""

import re
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from kg.groups import Groups
from kg.lexicon import Lexicon
from kg.link.known import expand, in_parenthesis, known
from kg.model import TYPES, Extraction, Mention
from kg.names import TYPE_KIND
from kg.spelling import loose, singular

KINDS = tuple(dict.fromkeys(TYPE_KIND[type_] for type_ in TYPES))
_TYPE_OF_ROLE = {"metric": "Metric", "dataset": "Dataset", "hardware": "Hardware"}
_FORMULA = re.compile(r"\b[OΘΩ]\(|[\\^=<>$]")
_LIKE_A_NAME = re.compile(r"[A-Z]|\d")
_WORDS_OF_A_NAME = 4
_SPACE = re.compile(r"[\s-]+")
_CAPITALS = 0.6  # of the letters of a name that others spell out
_TITLE_NAME = re.compile(r"(?P<name>[^\s:]+(?: [^\s:]+)?): (?:An? |The )?", re.IGNORECASE)


@dataclass(eq=False, slots=True)
class Name:
    """One thing in one paper. `surfaces` counts its mentions; a form seen only in a definition or a role has none.

    `defined` holds the (short, long) pairs of the paper's own definitions; `fixed` says that a role demands the kind.
    Equal names are not one: each is its own.
    """

    kind: str
    surfaces: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    fixed: bool = False
    defined: tuple[tuple[str, str], ...] = ()

    @property
    def main(self) -> str:
        """The surface that stands for the name: a long form before others, of these the one with most words."""
        longs = {long for _, long in self.defined}
        plain = {surface for surface in self.surfaces if "(" not in surface}
        return min(longs or plain or self.surfaces, key=lambda surface: (-len(_SPACE.split(surface)), surface))

    @property
    def forms(self) -> set[str]:
        return set(map(loose, self.surfaces))

    def meaning(self, short: str, long: str) -> "Name":
        """What one of the definitions says, as a name of its own."""
        return Name(self.kind, Counter([short, long]), defined=((short, long),))

    @property
    def shorts(self) -> set[str]:
        """The short forms that the paper defines, in the singular."""
        return {singular(short) for short, long in self.defined if loose(short) != loose(long)}


@dataclass(frozen=True, slots=True)
class Reading:
    """The names of a paper; `by_form` finds one by its kind and loose spelling."""

    names: tuple[Name, ...]
    by_form: dict[tuple[str, str], Name]
    kinds: dict[str, str]

    def of_mention(self, mention: Mention) -> Name:
        form = loose(mention.text)
        return self.by_form[self.kinds[form], form]

    def of_role(self, role: str, surface: str) -> Name | None:
        """The name in a role of a result or quantity: of the role's kind, where the role has one."""
        form = loose(surface)
        if role in _TYPE_OF_ROLE:
            return self.by_form.get((TYPE_KIND[_TYPE_OF_ROLE[role]], form))
        if _FORMULA.search(surface):
            return None
        return next((self.by_form[kind, form] for kind in KINDS if (kind, form) in self.by_form), None)


def named(extraction: Extraction, reading: Reading) -> set[Name]:
    """The names of the mentions and roles; a definition alone names nothing."""
    found = {reading.of_mention(mention) for mention in extraction.mentions}
    return found | {name for role in roles(extraction) if (name := reading.of_role(*role))}


def roles(extraction: Extraction) -> Iterator[tuple[str, str]]:
    """Each (role, surface) that results and quantities name, in order."""
    for result in extraction.results:
        for role in ("metric", "subject", "dataset", "hardware", "baseline"):
            if surface := getattr(result, role):
                yield role, surface
    for quantity in extraction.quantities:
        if quantity.of:
            yield "of", quantity.of


def read(extraction: Extraction, lexicon: Lexicon, acronyms: dict[str, str]) -> Reading:
    """The names of one paper. `acronyms` says what well-known ones stand for, where the paper says nothing else."""
    pairs = _definitions(extraction, lexicon)
    groups = _groups(extraction, pairs, ChainMap({singular(short): long for short, long in pairs}, acronyms))
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in extraction.mentions:
        votes[groups.find(loose(mention.text))][TYPE_KIND[mention.type]] += 1
    named = {group: Name(_winner(count)) for group, count in votes.items()}
    for mention in extraction.mentions:
        name = named[groups.find(loose(mention.text))]
        name.surfaces[mention.text] += 1
        if TYPE_KIND[mention.type] == name.kind:
            name.types[mention.type] += 1
    defined: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for short, long in pairs:
        defined[groups.find(loose(short))].append((short, long))
    for group in defined.keys() & named.keys():
        named[group].defined = tuple(defined[group])
        named[group].surfaces.update(dict.fromkeys(chain(*defined[group]), 0))
    found = {form: named[group] for form in groups if (group := groups.find(form)) in named}
    by_form = {(name.kind, form): name for form, name in found.items()}
    for role, surface in roles(extraction):
        _add_role(by_form, role, surface, lexicon)
    return Reading(tuple(dict.fromkeys(by_form.values())), by_form, {form: name.kind for form, name in found.items()})


def _groups(extraction: Extraction, pairs: Iterable[tuple[str, str]], meanings: Mapping[str, str]) -> Groups:
    """The forms that are one name: by definition, by spelling out what is short in one, or by the title."""
    groups = Groups()
    surfaces = dict.fromkeys(mention.text for mention in extraction.mentions)
    for surface in surfaces:
        groups.add(loose(surface))
    spelled_out: dict[str, str] = {}
    for surface in surfaces:
        full = loose(expand(surface, meanings))
        for form in (full, spelled_out.setdefault(full, loose(surface))):
            if form in groups:
                groups.join(loose(surface), form)
    whole = [(surface, pair[1]) for surface in surfaces if (pair := in_parenthesis(surface))]
    for short, long in (*pairs, *whole):
        groups.join(loose(short), loose(long))
    return groups


def _in_title(extraction: Extraction, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """`NAISR: A 3D Neural Additive Model`: the name before the colon and the one after it, when the initials agree.

    Not when the lexicon knows what stands after it: `VLMgineer: Vision Language Models as Toolsmiths` is no such model.
    """
    match = _TITLE_NAME.match(extraction.paper.title)
    if match is None:
        return
    starts = {mention.start: mention.text for mention in extraction.mentions}
    name, long = starts.get(0), starts.get(match.end())
    if name and long and name == match["name"] and not any(name not in it.surfaces for it in lexicon.by_surface(long)):
        initials = iter([word[0].casefold() for word in _SPACE.split(long) if word])
        letters = [letter for letter in name if letter.isupper()]
        if 2 < len(letters) >= _CAPITALS * len(name) and all(letter.casefold() in initials for letter in letters):
            yield name, long


def _definitions(extraction: Extraction, lexicon: Lexicon) -> list[tuple[str, str]]:
    """The (short, long) pairs of the paper, also those within a mention; a short form keeps its first meaning."""
    within = (in_parenthesis(mention.text) for mention in extraction.mentions)
    meaning: dict[str, str] = {}
    return [
        (short, long)
        for short, long in (
            *extraction.abbreviations,
            *(pair for pair in within if pair),
            *_in_title(extraction, lexicon),
        )
        if meaning.setdefault(loose(short), loose(long)) == loose(long)
    ]


def _winner(votes: Counter[str]) -> str:
    return min(votes, key=lambda kind: (-votes[kind], KINDS.index(kind)))


def _add_role(by_form: dict[tuple[str, str], Name], role: str, surface: str, lexicon: Lexicon) -> None:
    """Make a name of what has a role but no mention: always of a metric, else of what is known or looks like a name."""
    form = loose(surface)
    demanded = _TYPE_OF_ROLE.get(role)
    kinds = (TYPE_KIND[demanded],) if demanded else KINDS
    if there := next((name for kind in kinds if (name := by_form.get((kind, form)))), None):
        there.fixed |= demanded is not None
        return
    entry = next((entry for kind in kinds if (entry := known(lexicon, kind, surface))), None)
    if role == "metric" or (not _FORMULA.search(surface) and (entry or _is_like_a_name(surface))):
        type_ = entry.type if entry else demanded or "Method"
        name = Name(TYPE_KIND[type_], Counter({surface: 0}), Counter({type_: 1}), fixed=demanded is not None)
        by_form[name.kind, form] = name


def _is_like_a_name(surface: str) -> bool:
    return len(surface.split()) <= _WORDS_OF_A_NAME and _LIKE_A_NAME.search(surface) is not None
