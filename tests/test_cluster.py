"""Builds on a Dask cluster: a real scheduler and real workers, which are killed, cut off and cut short."""

import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import spacy
from click.testing import CliRunner
from conftest import free_port
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import build as single
from kg import cluster
from kg.cli import main
from kg.cluster.engine import Dask
from kg.errors import GraphError, InputError
from kg.store import open_store

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
TASK = 8  # papers, so that even few are many tasks

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def paper(title, abstract="", **more):
    return {"title": title, "abstract": abstract, **more}


# What the papers of one file say of names in the others: short forms, kinds, heads, spellings, records that are one.
TOLD = [
    paper("Folded tree networks", "We propose the Folded Tree Network (FTN) and train FTN on the Pine dataset."),
    paper("Growing trees", "FTN reaches 91.2% accuracy on Pine with 8 H100 GPUs, 3.5 points more than ResNet-50."),
    paper("Copper tools", "Copper is a new dataset. We evaluate BERT on the Copper benchmark."),
    *(
        paper(f"Copper made fast, part {at}", "We use the Copper library and PyTorch. Copper is fast.")
        for at in range(6)
    ),
    paper("A shared paper about shared things", "It uses LoRA.", doi="10.5555/one", authors=["Jane Doe"]),
    paper("A Shared Paper About Shared Things", "It uses LoRA on SQuAD and reaches 80.1 F1.", authors=["Doe, Jane"]),
    paper("A shared paper of another name", "It uses QLoRA.", doi="10.5555/ONE", id="2511.00001v2"),
    paper("Named elsewhere", "We study large language models on MMLU.", id="2511.00001v1", date="2025-11-02"),
    paper("Mixtures", "Mixture-of-experts (MoE) models such as Mixtral 8x22B reach 49.3% MFU on H100."),
    paper("Stories", "PineTales-ML is a dataset of stories. We evaluate GPT-4o on PineTales-ML."),
    paper("Stories again", "We evaluate on the dataset PINETALES-ML, and LoRA on PineTales-ML."),
    paper("More mixtures", "Mixture of Experts are trained on NVIDIA H100 80GB GPUs; MoEs need 1,024 GPUs."),
]
WORDS = ["SwiftNet", "BERT", "Mixtral 8x22B", "ResNet-50", "vLLM", "PyTorch", "LoRA", "GPT-4o", "FoldNet", "FTN"]
PLACES = ["ImageNet-1K", "SQuAD", "MMLU", "GSM8K", "COCO", "Pine", "the Pine dataset", "WikiText-103"]


def drawn(seed, papers):
    draw = random.Random(seed)
    for at in range(papers):
        name, other, place = draw.choice(WORDS), draw.choice(WORDS), draw.choice(PLACES)
        reached = draw.randint(1, 99)
        text = f"We train {name} on {place} with {draw.randint(2, 512)} H100 GPUs and reach {reached}.5% accuracy. "
        yield paper(f"{name} against {other} on {place}, part {seed}.{at}", text + f"It beats {other}.")


def written(folder, rows, files=3):
    """The papers dealt out to several files, packed or not, one of them with a record that is none."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for number in range(files):
        lines = "".join(f"{json.dumps(row)}\n" for row in rows[number::files])
        if number == 0:
            lines += "{broken\n"
        name = folder / f"{number}.jsonl{'.gz' * (number % 2)}"
        name.write_bytes(gzip.compress(lines.encode()) if number % 2 else lines.encode())
        names.append(str(name))
    return names


def triples(store):
    return set(map(str, store.native))


def expected(names, tmp_path, mentions=True, **options):
    corpus = single.understand(names, **options)
    single.build(corpus, tmp_path, mentions=mentions)
    return triples(open_store(tmp_path / "graph.ttl")), corpus.report


def check(output, there):
    """The parts are what the manifest says, and together the graph."""
    manifest = json.loads((output / "manifest.json").read_text("utf-8"))
    lines = []
    for part in manifest["parts"]:
        data = (output / manifest["folder"] / part["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (part["bytes"], part["sha256"])
        lines += gzip.decompress(data).decode().splitlines()
        assert part["lines"] <= len(lines)
    assert len(lines) == len(set(lines)) == manifest["triples"] == len(there)
    assert triples(open_store(output)) == there
    assert sorted(path.name for path in output.iterdir()) == [".cache", manifest["folder"], "manifest.json"]
    assert [path.name for path in (output / ".cache").iterdir()] == ["extractions"]
    return manifest


class Here:
    """Every task in this process, in an order of its own and each twice, as a cluster may have it."""

    def everywhere(self, work):
        return {"here": work()}

    def each(self, work, tasks, *, what, progress):
        said = {}
        for at in random.Random(what).sample(range(len(tasks)), len(tasks)):
            said[at] = work(*tasks[at])
            assert work(*tasks[at]) == json.loads(json.dumps(said[at]))
        return [said[at] for at in range(len(tasks))]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    return written(tmp_path_factory.mktemp("papers"), [*TOLD, *drawn(1, 150)])


@pytest.fixture(scope="module")
def whole(names, tmp_path_factory):
    return expected(names, tmp_path_factory.mktemp("single"))


class Cluster:
    """A scheduler and workers, in processes of their own, behind `prefix` (a network namespace)."""

    def __init__(self, workers=3, host="127.0.0.1", prefix=(), worker_prefixes=None, preload=None):
        self.address, self._host, self._prefix = f"{host}:{free_port()}", host, list(prefix)
        self._prefixes = worker_prefixes or [[]] * workers
        self._preload = ["--preload", str(preload)] if preload else []
        self.workers, self.scheduler = [], None
        self.start()

    def start(self):
        port = self.address.rpartition(":")[2]
        command = [BIN / "dask", "scheduler", "--host", self._host, "--port", port, "--no-dashboard"]
        self.scheduler = self._run([*self._prefix, *command])
        self.workers = [self.worker(prefix) for prefix in self._prefixes]

    def worker(self, prefix=()):
        options = "--nthreads 1 --memory-limit 0 --death-timeout 60 --no-dashboard".split()
        return self._run([*prefix, BIN / "dask", "worker", f"tcp://{self.address}", *options, *self._preload])

    def _run(self, command):
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def kill(process):
    """A worker with its nanny, its forks and all."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def building(cluster_, names, output, chunk=TASK):
    """A build in a process of its own."""
    code = f"""
from kg import cluster
from kg.cluster.engine import Dask
with Dask({cluster_.address!r}, patience=60) as dask:
    cluster.build(dask, {names!r}, {str(output)!r}, chunk={chunk})
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, env=environment)


def finished(process):
    _, said = process.communicate(timeout=150)
    assert process.returncode == 0, said.decode()


def extractions(output):
    return list((output / ".cache" / "extractions").glob("*"))


def wait_for(done, seconds=150):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running():
    with Cluster() as cluster_:
        yield cluster_


def test_the_cluster_makes_the_same_graph(running, names, whole, tmp_path):
    there, report = whole
    with Dask(running.address) as dask:
        cluster.build(dask, names, str(tmp_path / "out"), chunk=TASK)
    manifest = check(tmp_path / "out", there)
    assert manifest["papers"] == {
        "read": report.read, "kept": report.kept, "joined": report.joined, "rejected": len(report.rejected)
    }  # fmt: skip
    assert manifest["papers"]["joined"] == 3
    assert manifest["counts"] == dict(report.counts)
    assert {name: told for name, told in manifest["used"].items() if name != "paperkg"} == dict(report.used)
    [part] = manifest["rejects"]
    [reject] = map(
        json.loads, gzip.decompress((tmp_path / "out" / manifest["folder"] / part["name"]).read_bytes()).splitlines()
    )
    assert reject["file"] == f"file://{names[0]}"
    assert reject["raw"] == "{broken"


def test_by_the_command(running, names, whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    there, report = whole
    command = ["build", "--engine", f"dask://{running.address}", str(Path(names[0]).parent / "*.jsonl*"), "-o", "out"]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0
    assert f"{report.kept} papers, 3 joined, 1 rejected" in result.stderr
    assert "manifest: out/manifest.json" in result.stderr
    check(tmp_path / "out", there)
    asked = CliRunner().invoke(main, ["stats", "--graph", "out"], catch_exceptions=False)
    assert asked.exit_code == 0
    assert str(report.kept) in asked.stdout
    assert CliRunner().invoke(main, [*command, "--strict"]).exit_code == 1  # and at once, for it is there


def test_names_left_out_are_told(running, names, tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Copper"}])
    nlp.to_disk(tmp_path / "ruler")
    _, report = expected(names, tmp_path / "single", pipeline=tmp_path / "ruler")
    command = ["build", "--engine", f"dask://{running.address}", *names, "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, [*command, "--pipeline", str(tmp_path / "ruler")], catch_exceptions=False)
    assert report.ignored["ORG"] > 10
    assert f"warning: names left out whose labels are no type, with how many: ORG ({report.ignored['ORG']});" in (
        result.stderr
    )
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["ignored"] == report.ignored


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "spark://here", "x"], "is not dask://HOST:PORT"),
        (["--engine", "dask://127.0.0.1:1"], "wants INPUT"),
        (["--engine", "dask://127.0.0.1:1", "--processes", "2", "x"], "do not go with --engine"),
        (["--engine", "dask://127.0.0.1:1", "--store", "y", "x"], "do not go with --engine"),
    ],
)
def test_wrong_use(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["build", *arguments], catch_exceptions=False)
    assert result.exit_code == 2
    assert message in result.stderr


def test_no_cluster_and_no_input(running, tmp_path):
    with pytest.raises(InputError, match=r"dask://127\.0\.0\.1:1: no cluster there"):
        Dask("127.0.0.1:1", patience=0)
    with Dask(running.address) as dask, pytest.raises(InputError, match="no such file"):
        cluster.build(dask, [str(tmp_path / "none*.jsonl")], str(tmp_path / "out"))
    (tmp_path / "empty.jsonl").write_text("{broken\n")
    with Dask(running.address) as dask, pytest.raises(InputError, match="no paper in the input"):
        cluster.build(dask, [str(tmp_path / "empty.jsonl")], str(tmp_path / "out"))


def test_workers_of_another_state_are_refused(running, names, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "version", lambda: "another")
    with Dask(running.address) as dask, pytest.raises(InputError, match="runs another state of paperkg"):
        cluster.build(dask, names, str(tmp_path / "out"))


def test_workers_die_at_any_moment(names, whole, tmp_path):
    there, _ = whole
    draw = random.Random(1)
    with Cluster() as cluster_:
        process = building(cluster_, names, tmp_path / "out")
        wait_for(lambda: extractions(tmp_path / "out"))
        killed = 0
        while process.poll() is None and killed < 5:
            time.sleep(draw.uniform(0, 1))
            at = draw.randrange(len(cluster_.workers))
            kill(cluster_.workers[at])
            cluster_.workers[at] = cluster_.worker()
            killed += 1
        finished(process)
        assert killed
        check(tmp_path / "out", there)


def test_the_scheduler_dies_and_another_comes(names, whole, tmp_path):
    there, _ = whole
    with Cluster() as cluster_:
        process = building(cluster_, names, tmp_path / "out")
        wait_for(lambda: extractions(tmp_path / "out"))
        for old in (cluster_.scheduler, *cluster_.workers):
            kill(old)
        assert process.poll() is None
        cluster_.start()
        finished(process)
        check(tmp_path / "out", there)


def test_a_build_that_was_killed_goes_on(running, names, whole, tmp_path):
    there, _ = whole
    output = tmp_path / "out"
    process = building(running, names, output)
    wait_for(lambda: len(extractions(output)) > 2)
    process.kill()
    process.wait()
    assert not (output / "manifest.json").exists()
    before = {path: path.stat().st_mtime_ns for path in extractions(output)}
    finished(building(running, names, output))
    check(output, there)
    assert before.items() <= {path: path.stat().st_mtime_ns for path in extractions(output)}.items()


POISON = """
import os, signal
from kg import extract
def poisoned(self, papers):
    if any(paper.title == "FoldNet against FoldNet" for paper in papers):
        os.kill(os.getpid(), signal.SIGKILL)
    yield from honest(self, papers)
if extract.Extractor.extract.__name__ != "poisoned":  # this is loaded twice
    honest, extract.Extractor.extract = extract.Extractor.extract, poisoned
"""


def test_an_abstract_that_kills_is_rejected(names, tmp_path):
    (tmp_path / "poison.py").write_text(POISON)
    rows = [*TOLD, *drawn(2, 20)]
    poison = paper("FoldNet against FoldNet", "It kills.")
    there, _ = expected(written(tmp_path / "without", rows), tmp_path / "single")
    with Cluster(workers=2, preload=tmp_path / "poison.py") as cluster_, Dask(cluster_.address) as dask:
        cluster.build(dask, written(tmp_path / "with", [*rows, poison]), str(tmp_path / "out"), chunk=TASK)
    manifest = check(tmp_path / "out", there)
    assert manifest["papers"]["rejected"] == 2
    parts = [tmp_path / "out" / manifest["folder"] / part["name"] for part in manifest["rejects"]]
    rejects = [json.loads(line) for part in parts for line in gzip.decompress(part.read_bytes()).splitlines()]
    assert [it["reason"] for it in rejects if "FoldNet" in it["raw"]] == ["not extracted: the process ended (SIGKILL)"]


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    order=st.permutations(range(len(TOLD) + 6)),
    files=st.integers(1, 5),
    chunk=st.integers(1, 30),
    buckets=st.integers(1, 7),
    min_score=st.sampled_from([0.0, 0.6]),
    mentions=st.booleans(),
)
def test_however_it_is_parted_the_graph_is_one(
    tmp_path_factory, monkeypatch, order, files, chunk, buckets, min_score, mentions
):
    rows = [*TOLD, *drawn(3, 6)]
    folder = tmp_path_factory.mktemp("parted")
    monkeypatch.setattr(cluster, "_BUCKETS", range(buckets, buckets + 1))
    names = written(folder / "in", [rows[at] for at in order], files)
    there, _ = expected(names, folder / "single", mentions, min_score=min_score)
    cluster.build(Here(), names, str(folder / "out"), chunk=chunk, min_score=min_score, mentions=mentions)
    check(folder / "out", there)


def test_a_damaged_part_is_told(names, tmp_path):
    cluster.build(Here(), names[:1], str(tmp_path), chunk=50)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    part = tmp_path / manifest["folder"] / manifest["parts"][0]["name"]
    part.write_bytes(part.read_bytes()[:-3])
    with pytest.raises(GraphError, match="not the part that the manifest names"):
        open_store(tmp_path)


def test_what_changed_is_built_anew_and_the_old_goes(names, tmp_path):
    first = cluster.build(Here(), names[:1], str(tmp_path / "out"), chunk=50)
    kept = {path: path.stat().st_mtime_ns for path in extractions(tmp_path / "out")}
    second = cluster.build(Here(), names[:2], str(tmp_path / "out"), chunk=50)
    assert first["folder"] != second["folder"]
    there, _ = expected(names[:2], tmp_path / "single")
    check(tmp_path / "out", there)
    assert kept.items() <= {path: path.stat().st_mtime_ns for path in extractions(tmp_path / "out")}.items()


def test_the_folder_has_what_the_manifest_names_and_nothing_else_is_removed(names, tmp_path):
    out, mine = tmp_path / "out", tmp_path / "graph-mine"
    mine.mkdir()
    manifest = cluster.build(Here(), names[:1], str(out), chunk=50)
    (out / "manifest.json").write_text(json.dumps(manifest | {"folder": "graph-/../../graph-mine"}), encoding="utf-8")
    left = out / manifest["folder"] / "papers-00000.nt.gz.0123abcd"  # by a worker that was killed as it wrote
    left.write_bytes(b"half")
    cluster.build(Here(), names[:1], str(out), chunk=50)
    parts = [part["name"] for what in ("parts", "extractions", "rejects") for part in manifest[what]]
    assert sorted(path.name for path in (out / manifest["folder"]).iterdir()) == sorted(parts)
    assert mine.is_dir()


def test_parts_that_are_gone_are_made_again(names, tmp_path):
    manifest = cluster.build(Here(), names[:1], str(tmp_path), chunk=50)
    there, _ = expected(names[:1], tmp_path.parent / "single")
    shutil.rmtree(tmp_path / manifest["folder"])
    for path in extractions(tmp_path):  # and one of what is kept was cut
        path.write_bytes(path.read_bytes()[:-5])
    assert cluster.build(Here(), names[:1], str(tmp_path), chunk=50) == manifest
    check(tmp_path, there)


def test_any_bulk_loader_takes_the_parts(names, whole, tmp_path):
    there, _ = whole
    manifest = cluster.build(Here(), names, str(tmp_path / "out"), chunk=50)
    parts = [str(tmp_path / "out" / manifest["folder"] / part["name"]) for part in manifest["parts"]]
    store = tmp_path / "store"
    subprocess.run([BIN / "oxigraph", "load", "--location", store, "--file", *parts], check=True, capture_output=True)
    assert triples(open_store(store)) == there


@pytest.fixture
def namespaces():
    """Two hosts on this machine with a wire between them."""
    one, other = f"kg{os.getpid()}a", f"kg{os.getpid()}b"

    def ip(*arguments):
        return subprocess.run(["ip", *arguments], check=False, capture_output=True).returncode

    if shutil.which("ip") is None and os.environ.get("PAPERKG_REQUIRE_ALL") == "1":
        pytest.fail("no `ip` found: `apt install iproute2` brings it")
    if shutil.which("ip") is None or ip("netns", "add", one):
        pytest.skip("no network namespace can be made: it takes `apt install iproute2`, and root")
    ip("netns", "add", other)
    ip("link", "add", "kga", "netns", one, "type", "veth", "peer", "name", "kgb", "netns", other)
    for at, (name, wire) in enumerate(((one, "kga"), (other, "kgb")), start=1):
        ip("-n", name, "addr", "add", f"10.199.0.{at}/24", "dev", wire)
        ip("-n", name, "link", "set", wire, "up")
        ip("-n", name, "link", "set", "lo", "up")
    yield one, other, lambda state: ip("-n", other, "link", "set", "kgb", state)
    for name in (one, other):
        ip("netns", "del", name)


def test_the_network_between_hosts_breaks(namespaces, names, whole, tmp_path):
    """The scheduler, the build and one worker here, two workers there; the wire is cut twice, one worker killed."""
    there, _ = whole
    one, other, wire = namespaces
    inside, outside = ["ip", "netns", "exec", one], ["ip", "netns", "exec", other]
    with ExitStack() as stack:
        cluster_ = stack.enter_context(
            Cluster(host="10.199.0.1", prefix=inside, worker_prefixes=[inside, outside, outside])
        )
        code = f"""
from kg import cluster
from kg.cluster.engine import Dask
with Dask({cluster_.address!r}, patience=60) as dask:
    dask.everywhere(int)
    dask._client.wait_for_workers(3, timeout=60)
    cluster.build(dask, {names!r}, {str(tmp_path / "out")!r}, chunk={TASK})
"""
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
        process = subprocess.Popen([*inside, sys.executable, "-c", code], stderr=subprocess.PIPE, env=environment)
        wait_for(lambda: extractions(tmp_path / "out"))
        for _ in range(2):
            wire("down")
            time.sleep(2)
            wire("up")
            time.sleep(0.5)
        kill(cluster_.workers[2])
        finished(process)
    check(tmp_path / "out", there)


@pytest.fixture
def bucket(monkeypatch):
    """A server that speaks S3, the variables by which workers find it, and a bucket."""
    import fsspec

    port = free_port()
    for name, value in {
        "FSSPEC_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}", "FSSPEC_S3_KEY": "any", "FSSPEC_S3_SECRET": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    fsspec.config.set_conf_env(fsspec.config.conf)
    server = subprocess.Popen(
        [BIN / "moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        files = fsspec.filesystem("s3", skip_instance_cache=True)
        wait_for(lambda: made(files))
        yield files
    finally:
        fsspec.config.conf.pop("s3", None)
        server.kill()
        server.wait()


def made(files):
    with suppress(Exception):
        files.mkdir("papers")
    with suppress(Exception):
        return files.exists("papers")
    return False


def test_from_and_to_s3(bucket, names, whole, tmp_path):
    there, _ = whole
    for name in names:
        bucket.put_file(name, f"papers/in/{Path(name).name}")
    with Cluster(workers=2) as cluster_:
        command = ["build", "--engine", f"dask://{cluster_.address}", "s3://papers/in/*", "-o", "s3://papers/out"]
        finished(subprocess.Popen([sys.executable, "-m", "kg", *command], stderr=subprocess.PIPE))
        bucket.rm_file("papers/out/manifest.json")
        said = sorted(bucket.find("papers/out/.cache"))
        finished(subprocess.Popen([sys.executable, "-m", "kg", *command], stderr=subprocess.PIPE))
    bucket.invalidate_cache()
    assert sorted(bucket.find("papers/out/.cache")) == said
    bucket.get("papers/out/", str(tmp_path / "out/"), recursive=True)
    check(tmp_path / "out", there)
