"""The households as an array of records, one pointer each."""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.parameters.population import SIGNALS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import RELATIONS, Households

HOME = np.dtype(
    [
        ("key", "u8"), ("onset_at", "f8"), ("terminal_at", "f8"), ("region", "i8"), ("next_region", "i8"),
        ("moved_at", "f8"), ("frailty", "f8"), ("covariates", "i1", len(COVARIATES)), ("recorded", "i8", len(SIGNALS)),
        ("kind", "i8", RELATIONS), ("rate", "f8", RELATIONS), ("until_at", "f8", RELATIONS), ("separated_at", "f8"),
        ("severity_shift", "i8"), ("escalating", "i1"),
    ]
)  # fmt: skip

HomeRecords = np.ndarray[Any, np.dtype[np.void]]


def home_records(homes: Households) -> HomeRecords:
    """Return what the walk reads of the households, shape (n,)."""
    records = np.empty(homes.size, HOME)
    for name in HOME.names or ():
        records[name] = getattr(homes, name)
    return records


@compiled
def region_of(home, at):
    """Return the region in which a household lives at a time."""
    return home.region if at < home.moved_at else home.next_region
