"""Blocks for the tests of what is done with them: a few rows of every table, no engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.observed.event_table import EVENT_SCHEMA
from hgrisk.simulate.truth.effects import EffectSums


class MadeUpBlock(SimpleNamespace):
    """A block that can be watched while it is there."""

    __hash__ = object.__hash__


def made_up_block(number: int, cases: int = 4) -> Any:
    """Return a block of so many cases, and as many households that nobody reported."""
    ids = [f"H{number}{place}" for place in range(cases)]
    events = {
        "event_id": [f"E{number}{place}" for place in range(3 * cases)],
        "case_id": [case for case in ids for _ in range(3)],
        "kind": ["report", "involvement", "report"] * cases,
        "occurred_on": [date(2020, 1, 1 + number % 28), date(2020, 2, 1), date(2021, 3, 1)] * cases,
        "known_on": [date(2020, 1, 1 + number % 28), date(2020, 2, 2), date(2021, 3, 9)] * cases,
        "severity": [None, None, float(number)] * cases,
    }
    blank = {name: [None] * 3 * cases for name in EVENT_SCHEMA if name not in events}
    cut = {"region": "Drenthe", "observed_from": date(2015, 1, 1), "observed_until": date(2024, 12, 31)}
    homes = [*ids, *(f"{case}-unseen" for case in ids)]
    observed = {
        "events": pl.DataFrame({**events, **blank}, schema_overrides=EVENT_SCHEMA).select(*EVENT_SCHEMA),
        "cases": pl.DataFrame({"case_id": ids} | cut | {"end_reason": None}),
        "persons": pl.DataFrame({"person_id": [f"P{case}" for case in ids], "born_on": None, "sex": "F"}),
        "memberships": pl.DataFrame({"case_id": ids, "person_id": [f"P{case}" for case in ids], "role": "parent"}),
        "case_regions": pl.DataFrame(schema={"case_id": pl.String, "region": pl.String, "from_on": pl.Date}),
    }
    truth = {
        "households": pl.DataFrame({"case_id": homes, "frailty": [0.5 + number] * len(homes)}),
        "violence": pl.DataFrame({"case_id": homes * 2, "at": [18_000.5] * 2 * len(homes)}),
        "outcomes": pl.DataFrame({"event_id": events["event_id"][:1], "violence_days__natural": 7}),
    }
    counted = Tally(np.add(Tally.empty().counts, [number + 1, 10]), Tally.empty().by_region)
    none = EffectSums.empty()
    effects = replace(none, landmarks=none.landmarks + 2, households=none.households + 1)
    return MadeUpBlock(number=number, observed=observed, truth=truth, tally=counted, effects=effects)
