"""Work in processes that hang, run out of memory, are killed, or are told to fail: nothing is lost, order stays."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.workers import Failure, available, spread

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no forks")


def told(work, items, **options):
    return [found.reason if isinstance(found, Failure) else found for found in spread(work, items, **options)]


def doubled(items):
    return [2 * item for item in items]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(), max_size=200), st.integers(1, 4))
def test_order_stays(items, processes):
    assert told(doubled, items, processes=processes) == doubled(items)


def test_an_item_that_kills_its_worker_is_the_only_one_lost():
    def work(items):
        for item in items:
            if item == 70:
                os.kill(os.getpid(), signal.SIGKILL)
        return doubled(items)

    expected = [2 * item if item != 70 else "the process ended (SIGKILL)" for item in range(200)]
    assert told(work, range(200), processes=3) == expected


def test_an_item_that_hangs_is_the_only_one_lost():
    def work(items):
        if 5 in items:
            time.sleep(100)
        return doubled(items)

    expected = [2 * item if item != 5 else "took too long" for item in range(40)]
    assert told(work, range(40), processes=2, seconds=0.3) == expected


def test_an_item_that_takes_too_much_memory_is_the_only_one_lost():
    def work(items):
        if 5 in items:
            bytearray(1 << 30)
        return doubled(items)

    expected = [2 * item if item != 5 else "took too much memory" for item in range(40)]
    assert told(work, range(40), processes=2, memory=1 << 28) == expected


def test_what_fails_once_is_done_by_the_next(tmp_path):
    def work(items):
        mark = tmp_path / "killed"
        if not mark.exists():
            mark.touch()
            os._exit(3)
        return doubled(items)

    assert told(work, range(100), processes=2) == doubled(range(100))


def test_a_bug_is_raised_here():
    def work(items):
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        list(spread(work, [1]))


def test_a_bug_that_cannot_be_sent_is_told():
    class LocalError(Exception):
        pass

    def work(items):
        raise LocalError("here")

    with pytest.raises(RuntimeError, match="LocalError: here"):
        list(spread(work, range(3)))


def test_workers_end_with_their_reader():
    def work(items):
        time.sleep(0.05)
        return [os.getpid() for _ in items]

    found = spread(work, range(1000), processes=2)
    pids = {next(found) for _ in range(100)}
    found.close()
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_workers_end_when_their_parent_is_killed(tmp_path):
    def work(items):
        (tmp_path / str(os.getpid())).touch()
        time.sleep(0.2)
        return list(items)

    parent = os.fork()
    if not parent:
        list(spread(work, range(10_000), processes=2))
        os._exit(0)
    while len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.02)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    for _ in range(200):
        alive = [path.name for path in tmp_path.iterdir() if Path(f"/proc/{path.name}").exists()]
        if not alive:
            break
        time.sleep(0.05)
    assert alive == []


def test_a_worker_ends_whose_parent_was_killed_before_it_began(tmp_path):
    honest = os.fork

    def slow():
        if child := honest():
            (tmp_path / str(child)).touch()
        else:
            time.sleep(0.3)
        return child

    parent = honest()
    if not parent:
        os.fork = slow
        list(spread(list, range(100), processes=1))
        os._exit(0)
    while not (born := list(tmp_path.iterdir())):
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    time.sleep(0.4)
    for _ in range(200):
        if not Path(f"/proc/{born[0].name}").exists():
            return
        time.sleep(0.02)
    pytest.fail("it is still there")


def test_as_many_as_there_are_processors():
    assert 1 <= available() <= (os.cpu_count() or 1)
