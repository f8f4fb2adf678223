"""What could be done from a landmark on, and under which every landmark is followed again."""

from __future__ import annotations

from hgrisk.simulate.parameters.interventions import NAMES

NATURAL, NOTHING = range(2)
STRATEGIES = ("natural", "nothing", *(f"{verb}_{name}" for name in NAMES for verb in ("with", "without")))
"""``natural``: as it happened. ``nothing``: no intervention starts after the landmark. ``with_X``: X starts the day
after the landmark (local help after 7 days), the rest as it happened. ``without_X``: X never starts after it."""


def with_(intervention: int) -> int:
    """Return the place of the strategy under which an intervention starts.

    Examples
    --------
    >>> STRATEGIES[with_(0)], STRATEGIES[without(0)]
    ('with_arrest', 'without_arrest')
    """
    return 2 + 2 * intervention


def without(intervention: int) -> int:
    """Return the place of the strategy under which an intervention never starts."""
    return 3 + 2 * intervention
