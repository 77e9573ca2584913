"""What may go wrong while a build runs. A short form here; the long one is `make faults`, which sets FAULTS=200.

Whatever happens, the earlier graph stays whole, the next build goes on, and its bytes are those of an undisturbed one.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from kg.store import open_store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and fills disks as Linux does")

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("FAULTS", "1"))
WORDS = ["SwiftNet", "BERT", "Mixtral 8x22B", "ResNet-50", "vLLM", "PyTorch", "LoRA", "GPT-4o"]
PLACES = ["ImageNet-1K", "SQuAD", "MMLU", "GSM8K", "COCO", "WikiText-103"]


def listing(path, papers, seed=0):
    draw = random.Random(seed)
    rows = []
    for at in range(papers):
        name, other, place = draw.choice(WORDS), draw.choice(WORDS), draw.choice(PLACES)
        title = f"{name} against {other} on {place}, part {seed}.{at}"
        number, reached = draw.randint(2, 512), draw.randint(1, 99)
        abstract = f"We train {name} on {place} with {number} H100 GPUs and reach {reached}.5% accuracy. "
        abstract += f"It beats {other}, which is slower on A100. " * draw.randint(1, 6)
        rows.append({"title": title, "abstract": abstract})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def build(source, output, *options, program=("-m", "kg")):
    command = [sys.executable, *program, "build", str(source), "-o", str(output), "--processes", "2", *options]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # who runs this may ignore it
    )


def finished(process):
    _, said = process.communicate(timeout=120)
    return process.returncode, said.decode()


def contents(output):
    return {path.name: path.read_bytes() for path in sorted(output.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    return listing(folder / "old.jsonl", 40, 1), listing(folder / "new.jsonl", 200, 2)


@pytest.fixture(scope="module")
def undisturbed(sources, tmp_path_factory):
    """What each source gives, and how many seconds the second takes."""
    output = tmp_path_factory.mktemp("undisturbed")
    given = []
    for number, source in enumerate(sources):
        began = time.monotonic()
        assert finished(build(source, output / str(number)))[0] == 0
        given.append(contents(output / str(number)))
    return *given, time.monotonic() - began


@pytest.fixture(scope="module")
def earlier(sources, tmp_path_factory):
    """A folder of an earlier build, to copy."""
    output = tmp_path_factory.mktemp("earlier") / "output"
    assert finished(build(sources[0], output))[0] == 0
    return output


def counted(what):
    """A line of the table that `make faults` writes."""
    if table := os.environ.get("FAULTS_TABLE"):
        with Path(table).open("a", encoding="utf-8") as file:
            file.write(f"| {what} | {ROUNDS} |\n")


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(below for child in found for below in descendants(child))]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_ended_at_any_moment(sources, earlier, undisturbed, tmp_path, how):
    old, new, seconds = undisturbed
    draw = random.Random(how)
    output = tmp_path / "output"
    ended = 0
    for at in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        if at % 10 == 9:  # the machine may have become faster, or slower
            began = time.monotonic()
            assert finished(build(sources[1], output))[0] == 0
            seconds = time.monotonic() - began
            shutil.rmtree(output)
        shutil.copytree(earlier, output)
        process = build(sources[1], output)
        time.sleep(draw.uniform(0, 1.1 * seconds))
        with suppress(ProcessLookupError):
            if how == signal.SIGINT:  # as a terminal does, to all of them
                os.killpg(process.pid, how)
            else:
                os.kill(process.pid, how)
        code, said = finished(process)
        ended += code != 0
        # Before a line of ours has run, Python itself tells of an interruption.
        early = said.rstrip().endswith("KeyboardInterrupt") and f"{ROOT}/kg/" not in said
        assert "Traceback" not in said or early, said
        assert _is_whole(contents(output), old, new)
        assert finished(build(sources[1], output))[0] == 0
        assert contents(output) == new
        assert not list(output.glob(".build-*"))
    assert ended > ROUNDS // 2 or ROUNDS < 10
    counted(f"builds ended by {how.name}, {ended} of them before their end")


def test_an_interruption_that_python_would_drop_comes_again():
    program = """
import signal, sys, time, weakref
from kg.__main__ import interrupt_again

sys.unraisablehook = interrupt_again
thing = {1}
there = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
try:
    del thing
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "interrupted\n", "")


def test_a_worker_is_killed_at_any_moment(sources, undisturbed, tmp_path):
    _, new, _ = undisturbed
    draw = random.Random(1)
    for _ in range(ROUNDS):
        output = tmp_path / "output"
        shutil.rmtree(output, ignore_errors=True)
        process = build(sources[1], output)
        while process.poll() is None and len(descendants(process.pid)) < 3:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.5))
        with suppress(ProcessLookupError, IndexError):
            os.kill(draw.choice(descendants(process.pid)[1:]), signal.SIGKILL)
        assert finished(process)[0] == 0
        assert contents(output) == new
    counted("builds one of whose workers was killed")


def _is_whole(there, old, new):
    """Files take their places one by one: each is whole, of one build or of the other."""
    return set(there) == set(new) and all(data in (old[name], new[name]) for name, data in there.items())


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk(sources, earlier, undisturbed, small_disk):
    old, new, _ = undisturbed
    draw = random.Random(2)
    output, filler = small_disk / "output", small_disk / "filler"
    failed = 0
    for _ in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(earlier, output)
        room = os.statvfs(small_disk)
        filler.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - draw.randrange(1_500_000))))
        code, said = finished(build(sources[1], output))
        failed += code != 0
        assert code in {0, 2}
        assert "Traceback" not in said
        assert len(said.strip().splitlines()[-1]) < 300
        assert contents(output) == (new if code == 0 else old)
        filler.unlink()
        assert finished(build(sources[1], output))[0] == 0
        assert contents(output) == new
    assert failed or ROUNDS < 10
    counted(f"builds on a disk with too little room, {failed} of them failed")


def test_a_disk_that_cannot_be_written(sources, earlier, undisturbed, small_disk):
    old, new, seconds = undisturbed
    draw = random.Random(3)
    output = small_disk / "output"
    for _ in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(earlier, output)
        process = build(sources[1], output)
        time.sleep(draw.uniform(0, seconds))
        remount = subprocess.run(["mount", "-o", "remount,ro", small_disk], check=False, capture_output=True)
        if remount.returncode:  # while a file is open there it cannot be taken away
            assert finished(process)[0] == 0
            subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        code, said = finished(process if remount.returncode == 0 else build(sources[1], output))
        assert "Traceback" not in said
        assert code in {0, 2}
        assert _is_whole(contents(output), old, new)
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        assert finished(build(sources[1], output))[0] == 0
        assert contents(output) == new
    counted("builds whose disk became read-only")


def test_an_output_that_is_a_file(sources, undisturbed, tmp_path):
    (tmp_path / "file").write_text("")
    code, said = finished(build(sources[0], tmp_path / "file" / "output"))
    assert (code, "Traceback" in said) == (2, False)


def test_two_builds_into_one_folder(sources, undisturbed, tmp_path):
    old, new, seconds = undisturbed
    draw = random.Random(4)
    output = tmp_path / "output"
    refused = 0
    for _ in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        builds = [build(sources[1], output)]
        time.sleep(draw.uniform(0, seconds))
        builds.append(build(sources[0], output))
        ended = [finished(process) for process in builds]
        assert sorted(code for code, _ in ended) in ([0, 0], [0, 2])
        assert all(code == 0 or "another build is at work there" in said for code, said in ended)
        refused += any(code for code, _ in ended)
        assert _is_whole(contents(output), old, new)
        assert contents(output) in (old, new)
    counted(f"pairs of builds into one folder, {refused} times one was refused")


def test_the_second_build_is_refused_while_the_first_is_at_work(sources, undisturbed, tmp_path):
    _, new, _ = undisturbed
    output = tmp_path / "output"
    first = build(sources[1], output)
    while not (output / ".cache" / "extractions.sqlite").exists():
        time.sleep(0.02)
    first.send_signal(signal.SIGSTOP)
    code, said = finished(build(sources[0], output))
    first.send_signal(signal.SIGCONT)
    assert (code, "another build is at work there" in said) == (2, True)
    assert finished(first)[0] == 0
    assert contents(output) == new


# What the extractor does when it meets the poison; the limits are lowered so that it is over soon.
POISON = """
import os, signal, sys, time
from kg import extract, workers
from kg.cli import main
workers.spread.__kwdefaults__.update(seconds=3, memory=1 << 30)
honest = extract.Extractor.extract
def poisoned(self, papers):
    if any("a poison" in paper.title for paper in papers):
        {deed}
    yield from honest(self, papers)
extract.Extractor.extract = poisoned
main()
"""
DEEDS = {
    "hangs": ("time.sleep(1000)", "took too long"),
    "ends": ("os.kill(os.getpid(), signal.SIGKILL)", "the process ended (SIGKILL)"),
    "eats memory": ("bytes(2 << 30)", "took too much memory"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_an_abstract_is_poison(sources, undisturbed, tmp_path, deed):
    _, new, _ = undisturbed
    draw = random.Random(5)
    output, source = tmp_path / "output", tmp_path / "poisoned.jsonl"
    lines = sources[1].read_text("utf-8").splitlines(keepends=True)
    what, reason = DEEDS[deed]
    for _ in range(-(-ROUNDS // len(DEEDS))):
        shutil.rmtree(output, ignore_errors=True)
        among = list(lines)
        poison = json.dumps({"title": "Here is a poison", "abstract": "Beware."})
        among.insert(draw.randrange(len(lines)), f"{poison}\n")
        source.write_text("".join(among), encoding="utf-8")
        code, said = finished(build(source, output, program=["-c", POISON.format(deed=what)]))
        assert code == 0, said
        there = contents(output)
        [reject] = map(json.loads, there.pop("rejects.jsonl").splitlines())
        assert reject["reason"] == f"not extracted: {reason}"
        assert "Here is a poison" in reject["raw"]
        del there["report.json"]
        assert there == {name: data for name, data in new.items() if name in there}
    counted(f"builds with an abstract at which the extractor {deed}")


def graph_of(place):
    return set(map(str, open_store(place).native))


def test_a_build_with_a_store_is_killed_at_any_moment(sources, undisturbed, tmp_path):
    old, new, seconds = undisturbed
    draw = random.Random(7)
    output, store, kept = tmp_path / "output", tmp_path / "store", tmp_path / "kept"
    assert finished(build(sources[0], output, "--store", str(store)))[0] == 0
    before = graph_of(store)
    shutil.copytree(tmp_path, kept)
    ended = 0
    for _ in range(ROUNDS):
        for place in (output, store):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(kept / place.name, place)
        process = build(sources[1], output, "--store", str(store))
        time.sleep(draw.uniform(0, 1.2 * seconds))
        process.kill()
        code, _ = finished(process)
        ended += code != 0
        there = graph_of(store)
        assert there in (before, graph_of(output / "graph.ttl"))
        assert _is_whole(contents(output), old, new)
        assert finished(build(sources[1], output, "--store", str(store)))[0] == 0
        assert contents(output) == new
        assert graph_of(store) == graph_of(output / "graph.ttl") != before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "output", "store"]
    assert ended > ROUNDS // 2 or ROUNDS < 10
    counted(f"builds with a store ended by SIGKILL, {ended} of them before their end")


def test_a_store_that_is_damaged_or_of_another_version(sources, undisturbed, tmp_path):
    _, new, _ = undisturbed
    draw = random.Random(8)
    output, store = tmp_path / "output", tmp_path / "store"
    assert finished(build(sources[1], output, "--store", str(store)))[0] == 0
    whole = asked(store)
    told = 0
    for _ in range(ROUNDS):
        victim = draw.choice([*sorted(store.glob("*.sst")), *store.glob("MANIFEST-*"), store / "CURRENT"])
        if victim.suffix == ".sst":  # a later format has another ending
            victim.write_bytes(victim.read_bytes()[: -draw.randint(1, 200)])
        else:
            _damage(victim, draw)
        code, said, answer = asked(store)
        told += code != 0
        assert (code, answer) in {(0, whole[2]), (2, "")}, said
        assert code == 0 or (said.startswith(f"Error: {store}: ") and said.count("\n") == 1)
        assert finished(build(sources[1], output, "--store", str(store)))[0] == 0
        assert contents(output) == new
        assert asked(store) == whole
    counted(f"builds with a damaged store, {told} of them could not be read")


def asked(store):
    """What `kg query` says of a store: its exit code, errors and answer."""
    command = [sys.executable, "-m", "kg", "query", "top-concepts", "--graph", str(store)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    return run.returncode, run.stderr, run.stdout


def test_a_damaged_cache(sources, earlier, undisturbed, tmp_path):
    _, new, _ = undisturbed
    draw = random.Random(6)
    output = tmp_path / "output"
    for _ in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(earlier, output)
        victim = draw.choice(sorted(path for path in (output / ".cache").iterdir() if path.is_file()))
        _damage(victim, draw)
        code, said = finished(build(sources[1], output))
        assert code == 0, said
        assert contents(output) == new
    counted("builds with a damaged cache")


def _damage(path, draw):
    data = bytearray(path.read_bytes())
    how = draw.choice(["cut", "flip", "zero", "other"])
    if how == "cut" or not data:
        del data[draw.randint(0, len(data)) :]
    elif how == "flip":
        for _ in range(draw.randint(1, 50)):
            data[draw.randrange(len(data))] ^= draw.randint(1, 255)
    elif how == "zero":
        start = draw.randrange(len(data))
        data[start : start + 4096] = bytes(len(data[start : start + 4096]))
    else:
        data = bytearray(draw.randbytes(len(data)))
    path.write_bytes(data)
