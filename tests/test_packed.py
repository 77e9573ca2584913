"""Packed inputs: each kind gives what the file in it gives, damage and bombs are told, nothing is written."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

import pytest
from backports import zstd

from kg.errors import InputError
from kg.model import Paper, Reject
from kg.read import read

PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd.compress}
KINDS = pytest.mark.parametrize("pack", PACK.values(), ids=PACK)


def _lines(*titles):
    return b"".join(json.dumps({"title": title, "abstract": "Text."}).encode() + b"\n" for title in titles)


def _told(*inputs):
    return [record.title if isinstance(record, Paper) else (record.file, record.reason) for record in read(inputs)]


def _zip(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@KINDS
def test_packed_file_is_read_whatever_its_name(tmp_path, pack, monkeypatch):
    path = tmp_path / "papers"
    path.write_bytes(pack(_lines("A", "B")) + pack(_lines("C")))
    assert _told(path) == ["A", "B", "C"]
    with path.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert _told("-") == ["A", "B", "C"]


@KINDS
def test_cut_file_gives_what_is_in_it(tmp_path, pack):
    path = tmp_path / "cut"
    packed = pack(b"".join(_lines(f"{at} {at * 2654435761 % 2**32}") for at in range(20_000)))
    path.write_bytes(packed[: len(packed) // 2])
    *kept, (file, reason) = _told(path)
    assert file == str(path)
    assert reason == "compressed data ends too early"
    assert [title.split()[0] for title in kept] == [str(at) for at in range(len(kept))]


@KINDS
def test_damage_is_told_in_one_line(tmp_path, pack):
    path = tmp_path / "damaged"
    packed = bytearray(pack(_lines(*map(str, range(2000)))))
    packed[len(packed) // 2 :] = b"\xff" * 400
    path.write_bytes(packed)
    reasons = [record.reason for record in read([path]) if isinstance(record, Reject)]
    assert reasons
    assert all("\n" not in reason for reason in reasons)


@KINDS
@pytest.mark.parametrize("line", [b'{"title": "A", "abstract": "Text."}\n', b"<feed><entry>", b'[{"title": "'])
def test_bomb_is_stopped(tmp_path, monkeypatch, pack, line):
    monkeypatch.setattr("kg.read.packed.FREE", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(line + b" " * (1 << 23)))
    assert _told(path)[-1] == (str(path), "unpacks to more than 200 times its size, so the rest is not read")


def test_zip_gives_its_members_in_sorted_order_and_writes_nothing(tmp_path):
    members = {
        "b.jsonl": _lines("B"),
        "a/../../../../tmp/a.jsonl": _lines("A"),
        "/abs.jsonl.gz": gzip.compress(_lines("packed twice")),
        "folder/": b"",
        "__MACOSX/._b.jsonl": b"x",
        ".hidden/c.jsonl": _lines("hidden"),
        "c.png": b"\x89PNG\0",
        "d.zip": _zip(io.BytesIO(), {"x.jsonl": _lines("X")}).getvalue(),
    }
    path = _zip(tmp_path / "papers", members)
    assert _told(tmp_path) == _told(path)
    assert _told(path) == [
        "packed twice",
        "A",
        "B",
        (f"{path}:c.png", "binary file"),
        (f"{path}:d.zip", "a zip is read from a file, not from standard input or out of another"),
    ]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_packed_in_other_ways(tmp_path, method):
    assert _told(_zip(tmp_path / "x.zip", {"a": _lines("A")}, method)) == ["A"]


def test_zip_bomb_of_many_members_is_stopped_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.read.packed.FREE", 1 << 20)
    bomb = _lines("A") + b" " * (1 << 19)
    path = _zip(tmp_path / "bomb.zip", {str(at): bomb for at in range(10, 60)})
    *kept, (file, reason) = _told(path)
    assert set(kept) == {"A"}
    assert len(kept) < 20
    assert file.startswith(f"{path}:")
    assert reason == "unpacks to more than 200 times its size, so the rest is not read"


def test_broken_zips_are_told(tmp_path):
    whole = _zip(tmp_path / "whole", {"a": _lines("A"), "b": _lines("B")}).read_bytes()
    (tmp_path / "whole").unlink()
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    (tmp_path / "empty.zip").write_bytes(_zip(io.BytesIO(), {}).getvalue())
    at = whole.index(b"PK\x01\x02")
    (tmp_path / "locked.zip").write_bytes(whole[: at + 8] + b"\x01" + whole[at + 9 :])
    (tmp_path / "method.zip").write_bytes(whole[: at + 10] + b"\x63" + whole[at + 11 :])
    (tmp_path / "sum.zip").write_bytes(whole[: at + 16] + b"\x00\x00" + whole[at + 18 :])
    assert [(Path(told[0]).name, told[1]) if isinstance(told, tuple) else told for told in _told(tmp_path)] == [
        ("cut.zip", "compressed data is damaged: File is not a zip file"),
        ("empty.zip", "empty archive"),
        ("locked.zip:a", "encrypted"),
        "B",
        ("method.zip:a", "That compression method is not supported"),
        "B",
        ("sum.zip:a", "compressed data is damaged: Bad CRC-32 for file 'a'"),
        "B",
    ]


def test_patterns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.jsonl", "b.jsonl", "c.txt", "deep/er/d.jsonl", "[e].jsonl", ".f.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(_lines(name))
    assert _told("*.jsonl") == ["[e].jsonl", "a.jsonl", "b.jsonl"]
    assert _told("**/d.jsonl", "[e].jsonl", "de*") == ["deep/er/d.jsonl", "[e].jsonl", "deep/er/d.jsonl"]
    with pytest.raises(InputError, match=r"\*\.xml: no such file or folder"):
        read(["*.xml"])
