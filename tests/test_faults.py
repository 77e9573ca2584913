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
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes and fills disks as Linux does")

ROUNDS = int(os.environ.get("FAULTS", "3"))
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


def build(source, output, **options):
    command = [sys.executable, "-m", "kg", "build", str(source), "-o", str(output), "--processes", "2"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)


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


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(below for child in found for below in descendants(child))]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_ended_at_any_moment(sources, undisturbed, tmp_path, how, record_property):
    old, new, seconds = undisturbed
    draw = random.Random(how)
    output = tmp_path / "output"
    ended = 0
    for _ in range(ROUNDS):
        shutil.rmtree(output, ignore_errors=True)
        assert finished(build(sources[0], output))[0] == 0
        process = build(sources[1], output)
        time.sleep(draw.uniform(0, 1.1 * seconds))
        with suppress(ProcessLookupError):
            if how == signal.SIGINT:  # as a terminal does, to all of them
                os.killpg(process.pid, how)
            else:
                os.kill(process.pid, how)
        code, said = finished(process)
        ended += code != 0
        assert "Traceback" not in said
        assert _is_whole(contents(output), old, new)
        assert finished(build(sources[1], output))[0] == 0
        assert contents(output) == new
        assert not list(output.glob(".build-*"))
    record_property("ended early", f"{ended} of {ROUNDS}")


def test_a_worker_is_killed_at_any_moment(sources, undisturbed, tmp_path):
    _, new, _ = undisturbed
    draw = random.Random(1)
    for at in range(ROUNDS):
        process = build(sources[1], tmp_path / str(at))
        while process.poll() is None and len(descendants(process.pid)) < 3:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.5))
        with suppress(ProcessLookupError, IndexError):
            os.kill(draw.choice(descendants(process.pid)[1:]), signal.SIGKILL)
        assert finished(process)[0] == 0
        assert contents(tmp_path / str(at)) == new


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


def test_a_full_disk(sources, undisturbed, small_disk):
    old, _, _ = undisturbed
    output = small_disk / "output"
    assert finished(build(sources[0], output))[0] == 0
    room = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 200_000)))
    code, said = finished(build(sources[1], output))
    assert code == 2
    assert "Traceback" not in said
    assert len(said.strip().splitlines()[-1]) < 300
    assert contents(output) == old
    (small_disk / "filler").unlink()
    assert finished(build(sources[0], output))[0] == 0
    assert contents(output) == old


def test_an_output_that_cannot_be_written(sources, undisturbed, tmp_path):
    (tmp_path / "file").write_text("")
    code, said = finished(build(sources[0], tmp_path / "file" / "output"))
    assert (code, "Traceback" in said) == (2, False)


def test_a_second_build_is_refused_and_the_first_goes_on(sources, undisturbed, tmp_path):
    _, new, _ = undisturbed
    output = tmp_path / "output"
    first = build(sources[1], output)
    lock = output / ".cache" / "extractions.sqlite"
    while not lock.exists():
        time.sleep(0.02)
    code, said = finished(build(sources[0], output))
    assert (code, "another build is at work there" in said) == (2, True)
    assert finished(first)[0] == 0
    assert contents(output) == new
