import json

import numpy as np
import pytest
import spacy

from kg.extract.bio import OUTSIDE, TAGS, Name, decode, encode
from kg.extract.neural import Predictor, build, shape_of
from kg.extract.tagger import WINDOW, Tagger, calibrated, surest
from kg.extract.tokenizer import blank
from kg.train.corpus import UNKNOWN, Example, read_annotated, read_silver, targets, write_silver
from kg.train.measure import GoldConcept, GoldPaper, key, measure
from kg.train.student import calibrate, fit, save, train
from kg.train.vectors import read_vectors

SETTINGS = {"width": 16, "depth": 2, "pieces": 2, "rows": 200}
PAPERS = [
    ("Zorblax: a sparse router", "We train Zorblax on PlumBank and report F1 on a Q9 board.", "Zorblax", "PlumBank"),
    (
        "Mirelo: attention without keys",
        "We train Mirelo on KiteBank and report F1 on a Q7 board.",
        "Mirelo",
        "KiteBank",
    ),
    ("Tandro: a calmer optimiser", "We train Tandro on MossBank and report F1 on a Q5 board.", "Tandro", "MossBank"),
    ("Velquin: pruning by dice", "We train Velquin on FernBank and report F1 on a Q3 board.", "Velquin", "FernBank"),
]


def rows():
    for number, (title, abstract, method, dataset) in enumerate(PAPERS):
        mentions = [[method, "Method"], [dataset, "Dataset"], ["F1", "Metric"], ["board", "Hardware", "?"]]
        yield {"id": str(number), "title": title, "abstract": abstract}, mentions


@pytest.fixture
def corpus(tmp_path):
    texts, annotations, gold = [], [], []
    for paper, mentions in rows():
        concepts = [{"types": [m[1]], "surfaces": [m[0]], "required": len(m) == 2} for m in mentions]
        texts.append(paper)
        annotations.append({"id": paper["id"], "mentions": mentions})
        gold.append(paper | {"concepts": concepts})
    for name, lines in (("train.texts", texts), ("train.ann", annotations), ("dev.gold", gold)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return tmp_path


def examples(nlp):
    return [
        Example(doc, targets(doc, mentions))
        for paper, mentions in rows()
        for doc in [nlp.make_doc(f"{paper['title']}\n{paper['abstract']}")]
    ]


def test_every_occurrence_of_a_surface_is_marked_and_a_doubtful_one_is_unknown():
    doc = blank().make_doc("RoboNet, RoboNet-based; RoboNets on a board")
    tags = Example(doc, targets(doc, [("RoboNet", "Model"), ("board", "Hardware", "?")])).tags
    assert [token.text for token, tag in zip(doc, tags, strict=True) if tag == TAGS.index("B-Model")] == ["RoboNet"] * 2
    assert tags[-1] == UNKNOWN
    assert tags[1] == OUTSIDE


def test_the_longer_of_two_overlapping_surfaces_wins():
    doc = blank().make_doc("sparse offline learning and offline learning")
    tags = Example(doc, targets(doc, [("offline learning", "Task"), ("sparse offline learning", "Method")])).tags
    assert [TAGS[tag] for tag in tags] == ["B-Method", "I-Method", "I-Method", "O", "B-Task", "I-Task"]


def test_decoding_undoes_encoding_and_scores_a_name_by_the_mean_of_its_tokens():
    names = [Name(0, 2, "Task"), Name(2, 3, "Task"), Name(4, 6, "Dataset")]
    certain = np.eye(len(TAGS), dtype=np.float32)[encode(names, 7)]
    doubtful = certain * 0.6 + (1 - certain) * 0.4 / (len(TAGS) - 1)
    doubtful[4] = 0.9 * certain[4] + 0.1 * certain[6]
    assert [[(n.start, n.end, n.kind) for n in found] for found in decode([certain, certain[:0]])] == [
        [(n.start, n.end, n.kind) for n in names],
        [],
    ]
    assert [name.score for name in decode([doubtful])[0]] == pytest.approx([0.6, 0.6, (0.6 * 0.9) ** 0.5])


def test_which_kind_of_method_it_is_does_not_lower_the_score():
    torn = np.zeros((1, len(TAGS)), dtype=np.float32)
    torn[0, [TAGS.index("B-Model"), TAGS.index("B-Software")]] = 0.5, 0.4
    assert decode([torn]) == [[Name(0, 1, "Model", pytest.approx(0.9))]]


def test_an_inside_without_its_beginning_is_never_decoded():
    wild = np.full((3, len(TAGS)), 0.01, dtype=np.float32)
    wild[:, TAGS.index("I-Task")] = 0.6
    wild[:, TAGS.index("B-Task")] = 0.0, 0.3, 0.01
    assert [(name.start, name.end, name.kind) for name in decode([wild])[0]] == [(1, 3, "Task")]


def test_more_eagerness_finds_more_names():
    torn = np.zeros((1, len(TAGS)), dtype=np.float32)
    torn[0, [OUTSIDE, TAGS.index("B-Metric")]] = 0.6, 0.4
    assert decode([torn]) == [[]]
    assert len(decode([torn], eagerness=1.0)[0]) == 1


def test_one_sure_mention_vouches_for_the_others_of_its_name():
    doc = blank().make_doc("Zorblax and ZORBLAX and Mirelo")
    names = [Name(0, 1, "Method", 0.9), Name(2, 3, "Method", 0.2), Name(4, 5, "Method", 0.4)]
    assert surest(doc, names, 0.5) == names[:2]


def test_calibration_brings_scores_to_the_share_that_is_right():
    scores = np.repeat(np.array([0.6, 0.9], dtype=np.float32), 500)
    right = np.concatenate([np.arange(500) < 150, np.arange(500) < 400]).astype(np.float32)
    slope, offset = calibrate(scores, right)
    assert calibrated(np.array([0.6, 0.9]), slope, offset) == pytest.approx([0.3, 0.8], abs=0.01)


def test_silver_labels_survive_the_file(tmp_path):
    nlp = blank()
    text = "Zorblax beats Mirelo."
    probabilities = np.random.default_rng(0).dirichlet(np.ones(len(TAGS)), len(nlp.make_doc(text))).astype(np.float32)
    write_silver(tmp_path / "silver.jsonl.gz", [(text, probabilities)])
    [example] = read_silver(nlp, tmp_path / "silver.jsonl.gz")
    assert example.doc.text == text
    np.testing.assert_allclose(example.targets, probabilities, atol=0.03)


def test_silver_labels_of_other_tokens_are_refused(tmp_path):
    write_silver(tmp_path / "silver.jsonl.gz", [("two tokens", np.ones((3, len(TAGS)), dtype=np.float32))])
    with pytest.raises(ValueError, match="label it again"):
        read_silver(blank(), tmp_path / "silver.jsonl.gz")


def test_the_measure_demands_required_concepts_and_tolerates_the_others():
    doc = blank().make_doc("FooNets use BarNet on BazSet")
    concepts = (
        GoldConcept(frozenset({key("FooNet", "Model"), key("FN", "Method")}), required=True),
        GoldConcept(frozenset({key("BarNet", "Method")}), required=False),
        GoldConcept(frozenset({key("BazSet", "Dataset")}), required=True),
    )
    gold = [GoldPaper(doc.text, concepts)]
    score = measure(gold, [doc], [[Name(0, 1, "Software"), Name(2, 3, "Method"), Name(4, 5, "Task")]])
    assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)


def test_gradients_are_those_of_the_cross_entropy():
    nlp = blank()
    network = build(**SETTINGS, vectors=0)
    network.initialize()
    docs = [nlp.make_doc("a b a"), nlp.make_doc("b c")]
    weights = np.random.default_rng(0).normal(size=(5, len(TAGS))).astype(np.float32)
    guesses, backprop = network.begin_update(docs)
    logits_gradient = [  # of the weighted sum of the probabilities
        guess * (part - (guess * part).sum(axis=1, keepdims=True))
        for guess, part in zip(guesses, np.split(weights, [3]), strict=True)
    ]
    backprop(logits_gradient)
    mix = network.layers[0].layers[2]
    layer = next(node for node in mix.walk() if node.has_param("W"))
    expected = layer.get_grad("W").ravel()[7]
    values, step = layer.get_param("W"), 1e-2

    def total(change):
        values.ravel()[7] += change
        outcome = float((np.concatenate(network.predict(docs)) * weights).sum())
        values.ravel()[7] -= change
        return outcome

    assert (total(step) - total(-step)) / (2 * step) == pytest.approx(expected, rel=0.1, abs=1e-4)


def test_predictions_without_a_way_back_are_the_network_s_own():
    nlp = blank()
    docs = [nlp.make_doc(text) for text in ("A short one", "", "GPT-4 and BERT reach 90% accuracy.", "x " * 300)]
    network = build(width=8, depth=3, pieces=2, rows=50, vectors=0)
    network.initialize()
    predictor = Predictor(network)
    for _ in ("new words", "known words"):
        for quick, slow in zip(predictor(docs), network.predict(docs), strict=True):
            np.testing.assert_allclose(quick, slow, atol=1e-5)
            assert quick.shape == slow.shape


def test_a_predictor_that_knows_too_many_words_begins_anew(monkeypatch):
    monkeypatch.setattr("kg.extract.neural._KNOWN_WORDS", 20)
    nlp = blank()
    network = build(width=8, depth=2, pieces=2, rows=50, vectors=0)
    network.initialize()
    predictor = Predictor(network)
    for start in (0, 9, 3, 12):
        docs = [nlp.make_doc(" ".join(f"word{number}" for number in range(start, start + 12)))]
        np.testing.assert_allclose(predictor(docs)[0], network.predict(docs)[0], atol=1e-5)


def test_a_small_network_learns_a_few_abstracts_and_its_copy_on_disk_predicts_the_same(tmp_path):
    nlp = blank()
    tagger = Tagger(nlp, "tagger", **SETTINGS)
    learnt = examples(nlp)
    fit(tagger.network, learnt, epochs=60, batch_size=2, rate=0.01)
    save(nlp, tagger, SETTINGS, tmp_path / "weights")
    loaded = spacy.load(tmp_path / "weights")
    fresh = "Quorvel: a random walk\nWe train Quorvel on DuskBank and report F1 on a Q8 board."
    for text in [*(example.doc.text for example in learnt), fresh]:
        before, after = tagger(nlp.make_doc(text)), loaded(text)
        assert [(s.start_char, s.end_char, s.label_) for s in before.spans["names"]] == [
            (s.start_char, s.end_char, s.label_) for s in after.spans["names"]
        ]
        assert before.spans["names"].attrs["scores"] == pytest.approx(after.spans["names"].attrs["scores"])
    doc = loaded(fresh)
    found = {(span.text, span.label_) for span in doc.spans["names"]}
    assert {("DuskBank", "Dataset"), ("F1", "Metric"), ("Quorvel", "Method")} <= found


def test_training_goes_on_from_given_weights():
    nlp = blank()
    first, second = (Tagger(nlp, "tagger", **SETTINGS) for _ in range(2))
    fit(first.network, examples(nlp), epochs=30, batch_size=2, rate=0.01)
    fit(second.network, examples(nlp), start=first.to_bytes(), epochs=1, rate=1e-9, dropout=0.0)
    docs = [example.doc for example in examples(nlp)]
    for before, after in zip(first.network.predict(docs), second.network.predict(docs), strict=True):
        np.testing.assert_allclose(before, after, atol=1e-3)


def test_spans_carry_scores_and_an_empty_text_has_none():
    nlp = blank()
    tagger = nlp.add_pipe("kg_tagger", config=SETTINGS)
    fit(tagger.network, examples(nlp), epochs=1)
    docs = list(nlp.pipe(["", "We train Zorblax on PlumBank."]))
    assert len(docs[0].spans["names"]) == 0
    for doc in docs:
        group = doc.spans["names"]
        assert len(group.attrs["scores"]) == len(group)
        assert not group.has_overlap
        assert all(0 < score <= 1 for score in group.attrs["scores"])


def test_a_long_document_is_read_in_windows():
    nlp = blank()
    tagger = nlp.add_pipe("kg_tagger", config=SETTINGS)
    fit(tagger.network, examples(nlp), epochs=40, batch_size=2, rate=0.01)
    sentence = "We train Zorblax on PlumBank and report F1 on a Q9 board.\n"
    times = 2 * WINDOW // len(nlp.make_doc(sentence)) + 1
    short, long = nlp.pipe([sentence, sentence * times])
    per_sentence = len(short.spans["names"])
    assert per_sentence >= 3
    assert len(long.spans["names"]) == pytest.approx(per_sentence * times, rel=0.02)
    assert {span.text for span in long.spans["names"]} >= {span.text for span in short.spans["names"]}


def test_the_same_seed_gives_the_same_weights(corpus, tmp_path):
    for name in ("one", "two"):
        train(corpus, tmp_path / name, epochs=1, seed=3)
    files = [
        sorted(p.relative_to(tmp_path / n) for p in (tmp_path / n).rglob("*") if p.is_file()) for n in ("one", "two")
    ]
    assert files[0] == files[1]
    for file in files[0]:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_word_vectors_are_found_by_lower_case_spelling(tmp_path):
    table = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float16)
    np.savez_compressed(tmp_path / "vectors.npz", words=np.array(["zorblax", "mirelo"]), vectors=table)
    vectors = read_vectors(tmp_path / "vectors.npz")
    nlp = blank()
    nlp.vocab.vectors = vectors
    assert vectors.shape == (2, 2)
    tagger = Tagger(nlp, "tagger", **SETTINGS, vectors=2)
    fit(tagger.network, examples(nlp), epochs=1)
    save(nlp, tagger, SETTINGS | {"vectors": 2}, tmp_path / "weights")
    text = "Mirelo beats Zorblax"
    scores = [tagger.network.predict([nlp.make_doc(text)])[0]]
    loaded = spacy.load(tmp_path / "weights")
    scores.append(loaded.get_pipe("kg_tagger").network.predict([loaded.make_doc(text)])[0])
    np.testing.assert_allclose(*scores, rtol=1e-5)


def test_annotations_without_text_are_an_error(corpus):
    (corpus / "train.ann.jsonl").write_text(json.dumps({"id": "absent", "mentions": []}) + "\n", encoding="utf-8")
    with pytest.raises(KeyError):
        read_annotated(blank(), corpus / "train.texts.jsonl", corpus / "train.ann.jsonl")


@pytest.mark.parametrize(
    ("word", "shape"), [("ImageNet-1K", "XxxXxx-dX"), ("GPUs", "XXx"), ("2024", "d"), ("BERT", "XX"), ("--", "-")]
)
def test_shape(word, shape):
    assert shape_of(word) == shape
