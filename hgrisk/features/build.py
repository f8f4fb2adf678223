"""Build the features of a cohort."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.errors import ConfigError, DataError
from hgrisk.features.cut import cut_history
from hgrisk.features.registry import families, find_family
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import FeatureSpec
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.schema import column_types

MOST_LEVELS = 100
"""More levels than this are no category but free text or identifiers."""


@dataclass(frozen=True)
class FeatureTable:
    """Features, one row per landmark.

    Attributes
    ----------
    X : DataFrame, shape (n_landmarks, n_features)
        float64 and categorical columns; the index is ``landmark_id`` and holds no case identifier.
    catalogue : tuple of FeatureSpec
        What each column means, in the order of the columns.
    """

    X: pd.DataFrame
    catalogue: tuple[FeatureSpec, ...]

    def describe(self) -> pd.DataFrame:
        """Return the catalogue as a table, with the share of missing values.

        Returns
        -------
        DataFrame
            ``name``, ``family``, ``unit``, ``sentence_en``, ``sentence_nl``, ``missing``, ``missing_share``.
        """
        rows = [
            (s.name, s.family, s.unit, s.sentence_en, s.sentence_nl, s.missing, float(self.X[s.name].isna().mean()))
            for s in self.catalogue
        ]
        names = ["name", "family", "unit", "sentence_en", "sentence_nl", "missing", "missing_share"]
        return pd.DataFrame(rows, columns=names)

    def of_family(self, *names: str) -> list[str]:
        """Return the feature names of some families, in column order.

        Parameters
        ----------
        *names : str
            Families.

        Returns
        -------
        list of str
            Column names.
        """
        return [spec.name for spec in self.catalogue if spec.family in names]


def build_features(histories: CaseHistories, cohort: Cohort, settings: FeatureSettings | None = None) -> FeatureTable:
    """Build every feature of a cohort from what was known at each landmark.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        Its landmarks.
    settings : FeatureSettings, optional
        Which features; all families by default.

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
    _check(settings, histories, cohort)
    view = cut_history(histories, cohort, tuple(settings.covariates), linked=settings.linked_households)
    frame = cohort.landmarks.select(LANDMARK)
    specs: list[FeatureSpec] = []
    for name in settings.families:
        family = find_family(name)
        described = family.describe(settings)
        columns = family.compute(view, settings).select(LANDMARK, *(spec.name for spec in described))
        frame = frame.join(columns, on=LANDMARK, how="left", maintain_order="left", validate="1:1")
        specs += described
    frame = frame.hstack(view.landmarks.select(settings.covariates.keys())) if settings.covariates else frame
    specs += [_covariate_spec(name, settings) for name in settings.covariates]
    return FeatureTable(_as_pandas(frame, specs), tuple(specs))


def _check(settings: FeatureSettings, histories: CaseHistories, cohort: Cohort) -> None:
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
    computed = [spec.name for name in settings.families for spec in find_family(name).describe(settings)]
    names = [*computed, *settings.covariates]
    if not names:
        raise ConfigError("There is at least one feature", "no family and no covariate", "add one")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("Every feature has a name of its own", f"{twice[0]!r} twice", "rename the covariate or kind")


def _covariate_spec(name: str, settings: FeatureSettings) -> FeatureSpec:
    how = settings.covariates[name]
    english, dutch = how.sentence_en or name, how.sentence_nl or how.sentence_en or name
    return FeatureSpec(name, how.family, how.unit, english, dutch, "not recorded", how.kind)


def _as_pandas(frame: pl.DataFrame, specs: list[FeatureSpec]) -> pd.DataFrame:
    columns = {}
    for spec in specs:
        column = frame[spec.name]
        if spec.kind == "category":
            _refuse_free_text(column, spec.name)
            columns[spec.name] = pd.Series(column.cast(pl.String).to_list(), dtype="object")
        else:
            columns[spec.name] = _numbers(column, spec.name)
    return pd.DataFrame(columns, columns=[spec.name for spec in specs]).set_axis(frame[LANDMARK].to_list(), axis=0)


def _refuse_free_text(column: pl.Series, name: str) -> None:
    if column.n_unique() > MOST_LEVELS:
        raise DataError(
            f"A category has at most {MOST_LEVELS} levels",
            f"{column.n_unique()} in {name!r}",
            "map it to a code list: a text of its own for every household would be kept in models and results",
        )


def _numbers(column: pl.Series, name: str) -> pd.Series:
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count() > column.null_count():
        bad = column.filter(numbers.is_null() & column.is_not_null())[0]
        raise DataError(f"The covariate {name!r} is a number", f"{bad!r}", "mend it or set kind = 'category'")
    return pd.Series(numbers.to_numpy(), dtype="float64")
