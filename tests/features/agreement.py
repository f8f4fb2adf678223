"""The engine and the slow reference side by side, for any measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from hgrisk.cohort import Cohort, CohortSettings, select_landmarks
from hgrisk.features import measures as m
from hgrisk.features.spec import FeatureSpec
from hgrisk.histories.case_histories import CaseHistories
from tests.builders import Row, build
from tests.features.planted import computed, specs_of
from tests.features.reference import reference_table

MOMENTS = 1e-6
"""Tolerance of means, slopes and decayed sums, relative or absolute; all else is equal exactly."""


def is_moment(measure: m.Measure) -> bool:
    """Say whether a measure is a mean, a slope, a share or another number that is rounded."""
    return isinstance(measure, m.Decayed | m.Share) or getattr(measure, "how", "") in {"mean", "slope", "burstiness"}


def assert_equal(found: Any, wanted: Any, measure: m.Measure, where: str = "") -> None:
    """Compare one value of the engine with the reference."""
    if wanted is None:
        assert pd.isna(found), f"{measure} {where}: {found}, and not empty"
    elif is_moment(measure):
        assert found == pytest.approx(wanted, rel=MOMENTS, abs=MOMENTS), f"{measure} {where}"
    else:
        assert found == wanted, f"{measure} {where}: {found}, and not {wanted}"


def assert_features(
    histories: CaseHistories, cohort: Cohort, table: pd.DataFrame, specs: Sequence[FeatureSpec]
) -> None:
    """Compare all columns of a table that have a measure with the reference."""
    rows = reference_table(histories, cohort, specs)
    assert table.index.tolist() == cohort.landmarks["landmark_id"].to_list()
    assert table.columns.tolist() == [spec.name for spec in specs]
    for spec in specs:
        for place, (found, row) in enumerate(zip(table[spec.name], rows, strict=True)):
            if spec.measure is not None:
                assert_equal(found, row[spec.name], spec.measure, f"at landmark {place}")


def assert_table(histories: CaseHistories, cohort: Cohort, measures: Sequence[m.Measure]) -> pd.DataFrame:
    """Compare all values of the engine with the reference; return the table."""
    table = computed(histories, cohort, measures)
    assert_features(histories, cohort, table, specs_of(measures))
    return table


def value(events: Sequence[Row], measure: m.Measure, memberships: Sequence[Row] = (), **cohort: Any) -> Any:
    """Return a measure at the last landmark, on which the engine and the reference agree."""
    histories = build(events, memberships=memberships)
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    found = assert_table(histories, chosen, [measure]).iloc[-1, 0]
    return None if pd.isna(found) else found
