"""The compiler of the features."""

from __future__ import annotations

from pathlib import Path

from hgrisk.compiled import Compiler

compiled = Compiler(Path(__file__).parent, ("cut/law.py", "cut/layout.py", "cut/sorting.py", "engine/*.py"))
