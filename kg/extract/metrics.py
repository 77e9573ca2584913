"""Metrics told by their form: `pass@1`, `Recall@10`, `mAP@0.5`, `F1-score`, `top-1 accuracy`, `word error rate`.

What is measured comes last: from such a word the name is followed back over the words that may stand before it.
"""

import re

from ahocorasick_rs import AhoCorasick

from kg.extract.stretches import stretches

_BEFORE = {  # a last word, and what may stand before it
    "accuracy": "top-1 top-5 top1 top5 test training validation classification prediction predictive balanced detection recognition "
    "segmentation retrieval reasoning answer final-answer execution robust zero-shot forecasting reconstruction localization tracking "
    "diagnostic factual numerical pixel identification verification task cross-modal depth pose grounding tool-call diagnosis matching "
    "attribution planning translation recommendation annotation out-of-distribution ood mathematical physical linguistic trajectory",
    "latency": "inference end-to-end tail median decoding prefill generation response serving query search network p50 p95 p99 "
    "first-token first-packet communication i/o decision token per-token",
    "throughput": "inference decoding prefill generation serving training query token overall request decode",
    "speed": "inference training decoding generation rendering processing search convergence",
    "time": "inference training execution running processing response wall-clock computation search query gpu rendering convergence "
    "turnaround cpu",
    "cost": "inference training computational compute computation communication memory deployment operational api storage energy token "
    "labeling hardware gpu",
    "overhead": "computational computation memory communication inference training storage latency parameter runtime gpu token compute",
    "consumption": "memory energy power token gpu peak vram cpu ram",
    "usage": "memory gpu peak token energy vram cpu ram kv-cache bandwidth disk",
    "footprint": "memory carbon storage energy gpu kv-cache cache peak token",
    "efficiency": "computational energy sample data parameter memory token compute power training inference cost communication",
    "complexity": "computational time space memory sample quadratic linear query communication cyclomatic",
    "error": "reconstruction calibration reprojection localization tracking prediction approximation generalization relative trajectory "
    "translation rotation estimation absolute mean squared square root percentage forecasting quantization depth expected",
    "utilization": "gpu memory hardware cpu bandwidth flops model cache",
    "rate": "word character phoneme token equal diarization classification bit frame false positive negative true attack success task "
    "hallucination completion refusal pass win hit acceptance detection collision compression click-through conversion resolution "
    "resolve failure compliance recovery error false-positive false-negative true-positive alarm coverage forgetting block",
    "quality": "generation rendering perceptual",
    "score": "f1 bleu rouge brier clip fid dice elo inception silhouette meteor",
    "coefficient": "correlation dice pearson spearman silhouette matthews similarity",
    "correlation": "pearson spearman rank kendall",
    "distance": "chamfer hausdorff frechet fréchet inception video wasserstein edit levenshtein hamming audio",
    "similarity": "cosine structural jaccard clip dice",
    "memory": "gpu peak",
    "hours": "gpu tpu",
    "second": "per tokens frames images requests queries",
}
_WORDS = {last: frozenset(before.split()) for last, before in _BEFORE.items()}
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
_FORM = re.compile(
    r"(?<![\w@-])(?:"
    r"(?:[Pp]ass|PASS|[Rr]ecall|[Pp]recision|[Hh]its?|n?DCG|NDCG|ndcg|MRR|[mM]?AP|[Aa]cc(?:uracy)?|[Aa]vg|[Mm]aj|[Ff]1|HR|R|P|EM|PCK"
    r"|FPR|TPR|[Hh]it [Rr]ate|[Rr]ank|IoU|[Cc]ons|[Mm]ean)@(?:\d+(?:\.\d+)?(?:\\?% (?:FPR|TPR))?|\[[\d.:]+\]|[kKnN]\b|\$[kKnN]\$)"
    r"|(?:(?:[Mm]acro|[Mm]icro|[Ww]eighted)(?:-averaged)?[ -])?F(?:1|_1|\$_1\$|_\{1\}|2|-beta)(?:[ -](?:[Ss]cores?|[Mm]easures?))?"
    r"|[Mm]odel (?:FLOPs|FLOPS|Flops) [Uu]tilization|(?i:time[- ]to[- ]first[- ]token|time[- ]per[- ]output[- ]token)"
    r"|[Aa]rea [Uu]nder (?:the )?(?:[A-Za-z-]+ ){0,3}[Cc]urve|ROUGE-[12L](?:sum)?|BLEU-[1-4]|R\^2|\$R\^2\$|R²|[Ee]xact[- ][Mm]atch"
    r")(?![\w@])"
)
_SIGNS = AhoCorasick("@ F1 F_ F$ F2 F-b tilization oken urve UGE- BLEU- R^2 R² atch".split())
_REACH = 50


def find_metrics(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each metric's name in `text`, in order, none overlapping: the first, then the longest, wins."""
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
