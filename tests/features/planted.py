"""Ask the engine for any measures, through a family that is planted for the moment."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pytest

from hgrisk.cohort import Cohort
from hgrisk.features import measures as m
from hgrisk.features import registry
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.histories.case_histories import CaseHistories


def specs_of(measures: Iterable[m.Measure]) -> tuple[FeatureSpec, ...]:
    """Return a spec for each measure; its name holds the place and the measure, to be read when a test fails."""
    return tuple(
        FeatureSpec(
            f"{place} {measure}",
            "planted",
            "unit",
            "english",
            "dutch",
            missing="none",
            kind="category" if isinstance(measure, m.Last) else "number",
            measure=measure,
        )
        for place, measure in enumerate(measures)
    )


def computed(histories: CaseHistories, cohort: Cohort, measures: Iterable[m.Measure]) -> pd.DataFrame:
    """Return what the engine computes for the measures: a row per landmark, a column per measure."""
    family = Family("planted", lambda _: specs_of(measures))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "families", lambda: {"planted": family})
        return build_features(histories, cohort, FeatureSettings(families=("planted",))).X
