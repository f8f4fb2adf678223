"""Random numbers that are addressed, not drawn in turn: the same address gives the same number in every world.

Each number is a function of a key and a counter (SplitMix64: Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
So two runs of one household that part ways still share every number: common random numbers, whatever the order of
the draws and the number of workers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import uint64

from hgrisk.simulate.engine.compiled import compiled

Keys = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / (1 << 53)


@compiled(inline="always")
def substream(key, counter):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return output number ``counter`` (from 0) of SplitMix64 seeded with ``key``, itself fit as a key.

    Parameters
    ----------
    key : uint64
        The seed.
    counter : int
        Place in the sequence, 0 or more.

    Returns
    -------
    uint64
        The number.

    Examples
    --------
    >>> int(substream(np.uint64(1234567), 0))
    6457827717110365317
    """
    z = uint64(key) + (uint64(counter) + uint64(1)) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@compiled(inline="always")
def uniform(key, counter):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return a number in [0, 1) with 53 random bits.

    Parameters
    ----------
    key : uint64
        The seed.
    counter : int
        Place in the sequence, 0 or more.

    Returns
    -------
    float
        The number.

    Examples
    --------
    >>> round(uniform(np.uint64(1234567), 0), 4)
    0.3501
    """
    return np.float64(substream(key, counter) >> _S11) * _UNIT


def household_keys(seed: int, block: int, households: int) -> Keys:
    """Return one key per household; blocks are spawned from the seed, never re-used.

    Parameters
    ----------
    seed : int
        Seed of the world.
    block : int
        Number of the block, 0 or more.
    households : int
        How many keys.

    Returns
    -------
    ndarray of uint64, shape (households,)
        The keys.

    Examples
    --------
    >>> keys = household_keys(1, 0, 3)
    >>> keys.size, len({*keys.tolist(), *household_keys(1, 1, 3).tolist()})
    (3, 6)
    """
    words = np.random.SeedSequence(seed, spawn_key=(block, 0)).generate_state(1, np.uint64)
    numbers = np.arange(1, households + 1, dtype=np.uint64)
    return np.asarray(_mix(words[0] + numbers * _GOLDEN), dtype=np.uint64)


def _mix(z: Keys) -> Keys:
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)
