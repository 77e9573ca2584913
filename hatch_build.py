"""Builds the explorer's front end into the wheel, by Vite. Where there is no Node.js the wheel is made without it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExplorerHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        explorer = Path(self.root) / "kg" / "serve" / "explorer"
        if self.target_name != "wheel" or version == "editable" or (explorer / "dist" / "index.html").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning("no Node.js: the wheel is made without the explorer of `kg serve`")
            return
        for command in (["ci", "--no-fund", "--no-audit"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=explorer, check=True)  # noqa: S603  # our own scripts
