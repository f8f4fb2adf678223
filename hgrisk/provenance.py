"""Where a result comes from: versions, the digest of the code, and streams of random numbers."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

MADE_UP_MARK = {"hgrisk": "made-up data: no evidence about households"}
"""What the footer of every Parquet table of a made-up world says: a folder can be copied without its datasheet."""

MADE_UP_NOTE = "The data are made up by hgrisk simulate: no number from them is evidence about real households."
"""The note on histories that were read from a table with that mark."""

_PACKAGES = ("numpy", "pandas", "polars", "scipy", "scikit-learn", "numba")


@cache
def code_digest() -> str:
    """Return the first 12 hex digits of the SHA-256 of hgrisk's own source files.

    Returns
    -------
    str
        Equal for equal code, wherever it is installed.
    """
    root = Path(__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def software() -> str:
    """Return the versions that a number can depend on.

    Returns
    -------
    str
        For example ``Python 3.11.7, numpy 2.4.6, ...``.
    """
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return f"Python {platform.python_version()}, {packages}"


def code_version() -> str:
    """Return the version of hgrisk and the digest of its code.

    Returns
    -------
    str
        For example ``hgrisk 0.1.0 (3f9a...)``.
    """
    return f"hgrisk {version('hgrisk')} ({code_digest()})"


def seeds(seed: int, names: tuple[str, ...]) -> dict[str, int]:
    """Return an independent seed for each stage, from the one seed of the experiment.

    Parameters
    ----------
    seed : int
        The experiment's seed.
    names : tuple of str
        The stages.

    Returns
    -------
    dict
        Stage to seed.

    Examples
    --------
    >>> first, second = seeds(1, ("split", "bootstrap")).values()
    >>> first != second
    True
    """
    streams = np.random.SeedSequence(seed).spawn(len(names))
    return {name: int(stream.generate_state(1)[0]) for name, stream in zip(names, streams, strict=True)}
