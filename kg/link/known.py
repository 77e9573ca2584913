"""What the lexicon knows of a name, also when the name wears a vendor, a `GPU` or a `dataset` around it."""

import re
from collections.abc import Iterator, Mapping

from kg.lexicon import Entry, Lexicon
from kg.spelling import loose, singular

# Words that may follow a name without changing what it names, by kind: the `GSM8K benchmark` is GSM8K.
_HEADS = {
    "method": {
        "model",
        "method",
        "algorithm",
        "architecture",
        "framework",
        "network",
        "approach",
        "technique",
        "mechanism",
        "strategy",
        "paradigm",
        "scheme",
        "toolkit",
        "library",
        "package",
        "platform",
    },
    "dataset": {"dataset", "database", "benchmark", "corpus", "suite"},
    "task": {"task", "problem"},
    "metric": {"score", "metric"},
    "hardware": {
        "gpu",
        "cpu",
        "npu",
        "chip",
        "accelerator",
        "card",
        "processor",
        "board",
        "device",
        "pod",
        "microcontroller",
        "robot",
        "humanoid",
        "quadruped",
    },
}
_VENDOR = re.compile(
    r"^(?:\d+ ?[x×] ?)?(?:(?:NVIDIA|AMD|Intel|Google|Apple|Huawei|Qualcomm|Xilinx|ARM|single) )+", re.IGNORECASE
)
_MEMORY = re.compile(r"[ -]?\(?\b\d{1,3} ?GB?\b\)?", re.IGNORECASE)
_MODEL_NUMBER = re.compile(r"[A-Z][A-Za-z]* ?-?\d|\d[A-Z]")
# Words of long forms that do not make another thing of it, and how much of the others has to be the same.
_SILENT = _HEADS["method"] | {"a", "and", "based", "for", "from", "in", "of", "on", "pre", "pretrained", "scale", "the"}
_SILENT |= {"to", "trained", "via", "with"}
_STEM = 4
_INNER_PARENTHESIS = re.compile(r" \(([^()]+)\)(?= )")
_SHOUTED = re.compile(r"[A-Z]{2,}[A-RT-Z]S")  # a plural all in capitals: UAVS; COTS are no CoT, and MASS is no MAS
_JOINT = re.compile(r"[\s-]+")
_SHORT_FORM = re.compile(r"(?<![^\W_])[^\W_]*[A-Z][^\W_]*[A-Z][^\W_]*")
_PARENTHESIS = re.compile(r"^(?P<long>[^()]+) \((?P<short>[^()]+)\)$")


def in_parenthesis(surface: str) -> tuple[str, str] | None:
    """`Mixture of Experts (MoE)` as (short form, long form); the `7B` of `Qwen2.5-VL (7B)` is no short form."""
    match = _PARENTHESIS.match(surface)
    if match and match["short"][0].casefold() == match["long"][0].casefold() and match["short"][1:2].isupper():
        return match["short"], match["long"]
    return None


def acronyms(lexicon: Lexicon) -> dict[str, str]:
    """What the acronyms of the lexicon stand for, those that stand for one thing only."""
    return {
        acronym: entry.label
        for entry in lexicon.entries
        for acronym in entry.acronyms
        if acronym[1:].isupper() and len(lexicon.by_surface(acronym)) == 1
    }


def expand(surface: str, meanings: Mapping[str, str]) -> str:
    """The name with the short forms in it spelled out: `multilingual LLMs` as `multilingual large language model`."""
    without = _INNER_PARENTHESIS.sub(lambda match: "" if match[1] in meanings else match[0], surface)
    return _SHORT_FORM.sub(lambda match: meanings.get(singular(match[0]), match[0]), without)


def headless(kind: str, surface: str) -> str | None:
    """The name without the word of its kind at its end, or None when it has none."""
    name, _, head = surface.rpartition(" ")
    return name if name and singular(head).lower() in _HEADS[kind] else None


def _headless(kind: str, surface: str) -> str:
    """The name without any such words; of hardware there may be two: `Unitree G1 humanoid robot`."""
    name = headless(kind, surface) or surface
    return (headless(kind, name) or name) if kind == "hardware" else name


def known(lexicon: Lexicon, kind: str, surface: str) -> Entry | None:
    """The entry that a name of this kind means, or None."""
    if _SHOUTED.fullmatch(surface) and not lexicon.by_surface(surface):
        one = surface[:-1]
        return next((it for it in lexicon.by_surface(one) if it.kind == kind and one in it.surfaces), None)
    for number, name in enumerate(_ways(kind, surface)):
        for entry in lexicon.by_surface(name):
            # Cut out of a longer name, an everyday word is only itself: the `Go framework` need not be in Go, and the
            # `massive dataset` is not MASSIVE.
            if entry.kind == kind and (number == 0 or kind == "hardware" or _may_be_cut_out(entry, name)):
                return entry
    return None


def _may_be_cut_out(entry: Entry, name: str) -> bool:
    return entry.match == "" or (entry.match == "exact" and name in entry.surfaces)


def _ways(kind: str, surface: str) -> Iterator[str]:
    """The name as it stands, then with less and less around it."""
    yield surface
    name = _headless(kind, surface)
    if kind != "hardware":
        yield name
    else:
        for way in (_VENDOR.sub("", surface), _VENDOR.sub("", name), _MEMORY.sub("", _VENDOR.sub("", name))):
            if way != way.lower() and singular(way).lower() not in _HEADS[kind]:  # a Qualcomm NPU is not just any NPU
                yield way.strip()


def bare(kind: str, surface: str) -> str:
    """The name of a thing that no lexicon lists: hardware without vendor and class where a model number is left."""
    if kind == "hardware":
        name = _VENDOR.sub("", _headless(kind, surface))
        if _MODEL_NUMBER.search(_MEMORY.sub("", name)):
            return name
    return surface


def agree(long: str, entry: Entry) -> bool:
    """Whether a long form says what the entry says, word by word but for endings: `low-rank adapters` for LoRA.

    `Vision-Language Advisor` is no vision-language-action model, though both are called VLA.
    """
    words = _telling_words(long)
    return any(words == _telling_words(surface) for surface in entry.surfaces if _JOINT.search(surface))


def _telling_words(name: str) -> frozenset[str]:
    """The beginnings of the words that tell what is meant."""
    words = (loose(word) for word in _JOINT.split(name) if word and singular(word).lower() not in _SILENT)
    return frozenset(word[:_STEM] for word in words)
