"""What the pages of docs/ say is done here, in a copy of the project, word for word."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STEP = re.compile(
    r"(?:(?P<how>Create|Append to) `(?P<path>[^`]+)`:\n\n```\w*\n(?P<text>.*?)```)"
    r"|(?:In `(?P<in>[^`]+)`, after:\n\n```\w*\n(?P<anchor>.*?)```\n\nadd:\n\n```\w*\n(?P<added>.*?)```)"
    r"|(?:```console\n(?P<console>.*?)```)",
    re.DOTALL,
)


@pytest.fixture
def project(tmp_path):
    for name in ("kg", "queries", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return tmp_path


def test_how_to_extend(project):
    steps = list(STEP.finditer((ROOT / "docs" / "extending.md").read_text("utf-8")))
    assert len(steps) == 15
    for step in steps:
        if step["console"]:
            run(project, step["console"])
        elif step["how"]:
            with (project / step["path"]).open("a" if step["how"] == "Append to" else "w", encoding="utf-8") as file:
                file.write(step["text"])
        else:
            text = (project / step["in"]).read_text("utf-8")
            assert text.count(step["anchor"]) == 1, step["anchor"]
            (project / step["in"]).write_text(text.replace(step["anchor"], step["anchor"] + step["added"]), "utf-8")


def run(project, console):
    """Each command ends well, and prints what is shown under it."""
    for block in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, *shown = block.splitlines()
        name, *arguments = shlex.split(command)
        words = [sys.executable, "-m", "kg"] if name == "kg" else [sys.executable]
        said = subprocess.run(
            [*words, *arguments],
            cwd=project, env=os.environ | {"PYTHONPATH": str(project)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 0, (command, said.stdout, said.stderr)
        for line in shown:
            assert line in said.stdout + said.stderr, (command, line, said.stdout, said.stderr)


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda page: page.name
)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
