"""Counts from the truth, against a slow count that reads like the definition."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hgrisk.simulate.calibration.hidden import hidden_counts
from hgrisk.simulate.parameters.population import Population
from hgrisk.simulate.records import NEVER, day_number
from tests.simulate.truth.made_block import make_block

WORLD = Population()


@pytest.fixture(scope="module", params=[11, 12])
def block(request):
    return make_block(request.param, households=150)[:3]


def test_violence_goes_on(block):
    homes, incidents, reports = block
    first = {}
    for home, on in zip(reports.household, reports.on, strict=True):
        if on >= day_number(date(2015, 1, 1)) and on <= homes.terminal_at[home]:
            first[home] = min(on, first.get(home, on))
    start, end = day_number(date(2016, 1, 1)), day_number(date(2022, 12, 31))
    cohort = {home: on for home, on in first.items() if start <= on <= end}
    going_on = {
        home
        for home, at in zip(incidents.household, incidents.at, strict=True)
        if home in cohort and 365 <= int(at) - cohort[home] <= 548
    }
    assert going_on
    counts = hidden_counts(WORLD, homes, incidents, reports)
    assert counts["violence_in_days_365_to_548"] == (len(going_on), len(cohort))


def test_only_those_whom_the_extraction_leaves_730_days_are_followed(block):
    homes, incidents, reports = block
    early = WORLD.model_copy(update={"extraction_on": date(2019, 12, 31)})
    of_all, of_early = (
        hidden_counts(world, homes, incidents, reports)["violence_in_days_365_to_548"][1] for world in (WORLD, early)
    )
    assert 0 < of_early < of_all


def late(reports, pairs):
    on, assessed = (np.full(reports.size, NEVER, dtype=np.int32) for _ in range(2))
    for place, (start, end) in enumerate(pairs):
        on[place], assessed[place] = day_number(start), NEVER if end is None else day_number(end)
    return replace(reports, on=on, assessed_on=assessed)


def test_an_assessment_is_late_after_five_dutch_working_days_in_the_year_of_the_assessment(block):
    homes, incidents, reports = block
    pairs = [
        (date(2023, 4, 6), date(2023, 4, 14)),  # Easter Monday is free: 5 working days
        (date(2023, 4, 6), date(2023, 4, 17)),  # 6
        (date(2023, 6, 5), date(2023, 6, 12)),  # 5
        (date(2023, 6, 5), date(2023, 6, 13)),  # 6
        (date(2022, 12, 20), date(2023, 1, 1)),  # 7, on the first day of the year
        (date(2022, 12, 1), date(2022, 12, 31)),
        (date(2023, 12, 1), date(2024, 1, 1)),
        (date(2023, 12, 20), date(2023, 12, 31)),  # 5 around Christmas, on the last day of the year
        (date(2023, 3, 1), None),
    ]
    counts = hidden_counts(WORLD, homes, incidents, late(reports, pairs))
    assert counts["late_assessments_2023"] == (3, 6)
