"""Build the features of a cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.errors import ConfigError, DataError
from hgrisk.features.catalogue import described
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.engine.measuring import measure_all
from hgrisk.features.registry import families, find_family
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.schema import column_types

MOST_LEVELS = 100
"""More levels than this are no category but free text or identifiers."""


def build_features(
    histories: CaseHistories,
    cohort: Cohort,
    settings: FeatureSettings | None = None,
    *,
    regional: pl.DataFrame | None = None,
) -> FeatureTable:
    """Build every feature of a cohort from what was known at each landmark.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        Its landmarks.
    settings : FeatureSettings, optional
        Which features; all families by default.
    regional : polars.DataFrame, optional
        The regional series of a whole of which these histories are a part
        (:func:`hgrisk.features.cut.regional.regional_series`); by default their own.

    Returns
    -------
    FeatureTable
        X and its catalogue.

    Raises
    ------
    ConfigError
        If a family is unknown or describes the index report where there is none, if two features share a name, or if
        there are none.
    DataError
        If a covariate is not an extra column of the cases table.
    """
    settings = settings or FeatureSettings()
    specs = described(settings)
    _check(settings, specs, histories, cohort)
    cut = CutHistory.of(histories, cohort)
    columns = _measured(cut, specs) | _computed(cut, specs, settings, regional)
    for name in settings.covariates:
        columns[name] = cohort.landmarks[name]
    return FeatureTable(_as_pandas(columns, specs, cohort.landmarks[LANDMARK]), specs)


def _measured(cut: CutHistory, specs: tuple[FeatureSpec, ...]) -> dict[str, pl.Series | np.ndarray]:
    asked = [(spec, spec.measure) for spec in specs if spec.measure is not None]
    measured = measure_all(cut, [measure for _, measure in asked])
    return {
        spec.name: measured.labels[place] if place in measured.labels else measured.numbers[place]
        for place, (spec, _) in enumerate(asked)
    }


def _computed(
    cut: CutHistory, specs: tuple[FeatureSpec, ...], settings: FeatureSettings, regional: pl.DataFrame | None
) -> dict[str, pl.Series | np.ndarray]:
    """Return the columns of the families that compute for themselves."""
    columns: dict[str, pl.Series | np.ndarray] = {}
    wanted = {name: find_family(name).compute for name in settings.families}
    if not any(wanted.values()):
        return columns
    view = cut.view(tuple(settings.covariates), regional)
    for name, compute in wanted.items():
        without = [spec.name for spec in specs if spec.family == name and spec.measure is None]
        own = [column for column in without if column not in settings.covariates]
        if compute is not None:
            frame = view.landmarks.select(LANDMARK)
            found = compute(view, settings).select(LANDMARK, *own)
            joined = frame.join(found, on=LANDMARK, how="left", maintain_order="left", validate="1:1")
            columns |= {column: joined[column] for column in own}
    return columns


def _check(settings: FeatureSettings, specs: tuple[FeatureSpec, ...], histories: CaseHistories, cohort: Cohort) -> None:
    for name in settings.families:
        if find_family(name).needs_index and cohort.settings.landmarks == "calendar":
            usable = [other for other in families() if not families()[other].needs_index]
            raise ConfigError(
                f"The family {name!r} describes the report that set the landmark",
                "landmarks at calendar dates",
                f"set families to {usable}",
            )
    extra = set(histories.cases.columns) - set(column_types("cases"))
    missing = sorted(set(settings.covariates) - extra)
    if missing:
        raise DataError(
            "A covariate is an extra column of the cases table",
            f"{', '.join(missing)} among the covariates",
            f"use one of {', '.join(sorted(extra))}" if extra else "map it under extra of the cases source",
        )
    names = [spec.name for spec in specs]
    if not names:
        raise ConfigError("There is at least one feature", "no family and no covariate", "add one")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("Every feature has a name of its own", f"{twice[0]!r} twice", "rename the covariate or kind")


def _as_pandas(
    columns: dict[str, pl.Series | np.ndarray], specs: tuple[FeatureSpec, ...], landmark_ids: pl.Series
) -> pd.DataFrame:
    """Return the columns in the order of the specs; numbers lie side by side in one block."""
    numbers = [spec.name for spec in specs if spec.kind == "number"]
    block = np.empty((len(numbers), len(landmark_ids)), dtype=np.float32)
    for place, name in enumerate(numbers):
        block[place] = _numbers(columns[name], name)
    index = pd.Index(landmark_ids.to_list())
    frame = pd.DataFrame(block.T, columns=numbers, index=index, copy=False)
    texts = {spec.name: _texts(columns[spec.name], spec.name) for spec in specs if spec.kind == "category"}
    whole = pd.concat([frame, pd.DataFrame(texts, index=index, columns=list(texts))], axis=1, copy=False)
    return whole[[spec.name for spec in specs]]


def _texts(column: pl.Series | np.ndarray, name: str) -> np.ndarray:
    texts = pl.Series(column).cast(pl.String)
    if texts.n_unique() > MOST_LEVELS:
        raise DataError(
            f"A category has at most {MOST_LEVELS} levels",
            f"{texts.n_unique()} in {name!r}",
            "map it to a code list: a text of its own for every household would be kept in models and results",
        )
    return np.array(texts.to_list(), dtype=object)


def _numbers(column: pl.Series | np.ndarray, name: str) -> np.ndarray:
    if isinstance(column, np.ndarray):
        return column
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count() > column.null_count():
        bad = column.filter(numbers.is_null() & column.is_not_null())[0]
        raise DataError(f"The covariate {name!r} is a number", f"{bad!r}", "mend it or set kind = 'category'")
    return numbers.to_numpy()
