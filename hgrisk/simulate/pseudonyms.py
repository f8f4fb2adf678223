"""Keys of households and persons that tell nothing: numbers shuffled by the seed, which no observed table holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

_HOUSEHOLDS, _PERSONS = range(2)
_ROUNDS = 4
_SHIFT = np.uint32(16)


def case_ids(seed: int, numbers: npt.NDArray[Any]) -> pl.Series:
    """Return the keys of households.

    Parameters
    ----------
    seed : int
        Seed of the world.
    numbers : ndarray of int, shape (n,)
        Numbers of the households in the world, below 2**32.

    Returns
    -------
    polars.Series of String
        One key per number, another one for each.

    Examples
    --------
    >>> case_ids(1, np.array([0, 1])).to_list()
    ['H2312983322', 'H0015032826']
    """
    return _numbered("H", _shuffled(seed, _HOUSEHOLDS, numbers)).alias("case_id")


def person_ids(seed: int, numbers: npt.NDArray[Any]) -> pl.Series:
    """Return the keys of persons.

    Parameters
    ----------
    seed : int
        Seed of the world.
    numbers : ndarray of int, shape (n,)
        Numbers of the persons in the world, below 2**32.

    Returns
    -------
    polars.Series of String
        One key per number, another one for each.

    Examples
    --------
    >>> person_ids(1, np.array([0, 1])).n_unique()
    2
    """
    return _numbered("P", _shuffled(seed, _PERSONS, numbers)).alias("person_id")


def _shuffled(seed: int, purpose: int, numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """Map numbers one to one: every round adds, multiplies by an odd number and folds, and each can be undone."""
    words = np.random.SeedSequence(seed, spawn_key=(2**31 + 1, purpose)).generate_state(2 * _ROUNDS, np.uint32)
    found = np.asarray(numbers).astype(np.uint32)
    for shift, factor in words.reshape(_ROUNDS, 2):
        found = (found + shift) * (factor | np.uint32(1))
        found ^= found >> _SHIFT
    return found


def _numbered(prefix: str, numbers: npt.NDArray[np.uint32]) -> pl.Series:
    return pl.select(pl.lit(prefix) + pl.Series(numbers).cast(pl.String).str.zfill(10)).to_series()
