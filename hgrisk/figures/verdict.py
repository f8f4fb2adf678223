"""What an interval lets one say about a change: words follow from this and from nothing else."""

from __future__ import annotations

import math
from typing import Literal

Verdict = Literal["up", "down", "unclear", "unknown"]


def change_verdict(lower: float, upper: float) -> Verdict:
    """Say whether an interval around a change leaves out zero.

    Parameters
    ----------
    lower, upper : float
        Bounds of the change; NaN where there is no interval.

    Returns
    -------
    {"up", "down", "unclear", "unknown"}
        ``"unclear"`` if zero is inside or on a bound, ``"unknown"`` without an interval.

    Examples
    --------
    >>> change_verdict(0.01, 0.03), change_verdict(-0.01, 0.02)
    ('up', 'unclear')
    """
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return "unknown"
    if lower > 0:
        return "up"
    return "down" if upper < 0 else "unclear"
