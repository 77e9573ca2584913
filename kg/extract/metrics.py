"""Metrics told by their form: `pass@1`, `Recall@10`, `mAP@0.5`, `F1-score`, `top-1 accuracy`, `word error rate`.

What is measured comes last: from such a word the name is followed back over the words that may stand before it.
"""

import re

from ahocorasick_rs import AhoCorasick

from kg.extract.stretches import stretches
from kg.files import PACKAGE

# A last word of a metric's name, and the words that may stand before it.
_WORDS = {
    last: frozenset(before.split())
    for last, before in (
        line.split("\t") for line in (PACKAGE / "data" / "metric_words.tsv").read_text("utf-8").splitlines()[1:]
    )
}
_PLURALS = {
    "accuracies": "accuracy",
    "latencies": "latency",
    "efficiencies": "efficiency",
    "complexities": "complexity",
}
_LAST = AhoCorasick([*_WORDS, *_PLURALS])
_LASTS = (*_WORDS, *_PLURALS.values())
_AFTER = re.compile(r"s?(?![\w@])(?!-[a-z]{3})")
_STEP = re.compile(r"(?<![\w@/-])(?P<word>[\w@/.-]*\w) $")
_AT = (
    r"(?:[Pp]ass|PASS|[Rr]ecall|[Pp]recision|[Hh]its?|n?DCG|NDCG|ndcg|MRR|[mM]?AP|[Aa]cc(?:uracy)?|[Aa]vg|[Mm]aj|[Ff]1|HR|R|P|EM"
    r"|PCK|FPR|TPR|[Hh]it [Rr]ate|[Rr]ank|IoU|[Cc]ons|[Mm]ean)"
    r"@(?:\d+(?:\.\d+)?(?:\\?% (?:FPR|TPR))?|\[[\d.:]+\]|[kKnN]\b|\$[kKnN]\$)"
)
_F_SCORE = (
    r"(?:(?:[Mm]acro|[Mm]icro|[Ww]eighted)(?:-averaged)?[ -])?F(?:1|_1|\$_1\$|_\{1\}|2|-beta)"
    r"(?:[ -](?:[Ss]cores?|[Mm]easures?))?"
)
_FORM = re.compile(
    rf"(?<![\w@-])(?:{_AT}|{_F_SCORE}"
    r"|[Mm]odel (?:FLOPs|FLOPS|Flops) [Uu]tilization|(?i:time[- ]to[- ]first[- ]token|time[- ]per[- ]output[- ]token)"
    r"|[Aa]rea [Uu]nder (?:the )?(?:[A-Za-z-]+ ){0,3}[Cc]urve|(?:tokens|frames|images|requests|queries) per second"
    r"|ROUGE-[12L](?:sum)?|BLEU-[1-4]|R\^2|\$R\^2\$|R²|[Ee]xact[- ][Mm]atch"
    r")(?![\w@])"
)
_SIGNS = AhoCorasick(
    ["@", "F1", "F_", "F$", "F2", "F-b", "tilization", "oken", "urve", "econd", "UGE-", "BLEU-", "R^2", "R²", "atch"]
)
_REACH = 50


def find_metrics(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each metric's name in `text`, in order; of overlapping ones the first and longest."""
    found = [
        match.span() for start, end in stretches(text, _SIGNS, _REACH) for match in _FORM.finditer(text, start, end)
    ]
    lower = text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)
    for index, start, end in _LAST.find_matches_as_indexes(lower):
        begin = _begin(lower, start, _WORDS[_LASTS[index]])
        if begin < start and (after := _AFTER.match(text, end)):
            found.append((begin, after.end()))
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _begin(text: str, start: int, words: frozenset[str]) -> int:
    """Where the words begin that may stand before the one at `start`."""
    while (step := _STEP.search(text, max(0, start - 24), start)) and step["word"] in words:
        start = step.start("word")
    return start
