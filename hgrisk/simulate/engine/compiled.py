"""The compiler of the simulator."""

from __future__ import annotations

from pathlib import Path

from hgrisk.compiled import Compiler

compiled = Compiler(
    Path(__file__).parents[1],
    ("engine/*.py", "parameters/*.py", "truth/_*.py", "draws.py", "records.py", "strategies.py"),
)
