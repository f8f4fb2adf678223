"""The compiler of the hazards."""

from __future__ import annotations

from pathlib import Path

from hgrisk.compiled import Compiler

compiled = Compiler(Path(__file__).parent, ("*.py",))
