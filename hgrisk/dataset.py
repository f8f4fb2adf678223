"""X, y and groups side by side, and the splits that keep an evaluation honest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.errors import ConfigError, DataError
from hgrisk.features.build import MOST_LEVELS
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from hgrisk.outcome import Outcome
from hgrisk.settings import Settings

UNKNOWN = "unknown"
"""What an audit column says where it has no value."""


class SplitSettings(Settings):
    """How landmarks are parted into training and test.

    Attributes
    ----------
    kind : "temporal", "network" or "none"
        Train before a date and test from it on, with the training outcomes as they were known at that date; or part
        household networks at random; or train and test on the same rows, which flatters every model.
    on : date, optional
        The date of a temporal split; by default the date that leaves ``test_share`` of the landmarks for the test.
    test_share : float
        Share of landmarks (temporal) or networks (network) for the test.
    networks : "shared" or "disjoint"
        In a temporal split, whether a household network may have landmarks on both sides, as in practice, or is drawn
        at random for one side, with its landmarks on the other side left out.
    """

    kind: Literal["temporal", "network", "none"] = "temporal"
    on: date | None = None
    test_share: float = Field(default=0.3, gt=0, lt=1)
    networks: Literal["shared", "disjoint"] = "shared"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.on is not None and self.kind != "temporal":
            raise ConfigError("Only a temporal split has a date", f"kind = {self.kind!r}", "remove on, or set temporal")
        return self


@dataclass(frozen=True)
class Dataset:
    """Features, outcome and groups of the same landmarks, row by row.

    Attributes
    ----------
    X : DataFrame, shape (n, n_features)
        Features; the index is ``landmark_id``.
    outcome : Outcome
        The outcome of the same landmarks.
    landmarks : polars.DataFrame
        The landmarks with their groups and audit columns, never used by a model.
    catalogue : tuple of FeatureSpec
        What the features mean.
    """

    X: pd.DataFrame
    outcome: Outcome
    landmarks: pl.DataFrame
    catalogue: tuple[FeatureSpec, ...]

    @classmethod
    def join(cls, features: FeatureTable, outcome: Outcome, cohort: Cohort) -> Self:
        """Join features and outcome on the landmark.

        Parameters
        ----------
        features : FeatureTable
            X of every landmark of the cohort.
        outcome : Outcome
            Outcome of the landmarks that were ever at risk.
        cohort : Cohort
            The landmarks.

        Returns
        -------
        Dataset
            The landmarks that have an outcome, in the outcome's order.

        Raises
        ------
        DataError
            If an outcome belongs to a landmark without features.
        """
        ids = outcome.table[LANDMARK]
        stray = ids.filter(~ids.is_in(pl.Series(features.X.index.to_list()).implode()))
        if len(stray):
            raise DataError(
                "Every outcome has features", f"none for {len(stray)} landmarks", "build both from one cohort"
            )
        landmarks = ids.to_frame().join(cohort.landmarks, on=LANDMARK, how="left", maintain_order="left")
        return cls(features.X.loc[ids.to_list()], outcome, landmarks, features.catalogue)

    @property
    def y(self) -> NDArray[np.void]:
        """Outcome array, shape (n,): ``event``, ``duration_days``, and ``entry_days`` where rows enter late."""
        return self.outcome.y

    @property
    def y_from_landmark(self) -> NDArray[np.void]:
        """Outcome array without ``entry_days``, shape (n,), for an evaluation."""
        return self.outcome.y_from_landmark

    def y_for(self, model: Any) -> NDArray[np.void]:
        """Return the outcome array that a model learns from.

        Parameters
        ----------
        model : SurvivalModel
            One that takes delayed entry models a hazard, which is of the time at risk. One that does not models a
            probability, which counts from the landmark, of those still followed when their time at risk begins.

        Returns
        -------
        ndarray, shape (n,)
            ``y``, or ``y_from_landmark``.
        """
        return self.y if model.takes_entry else self.y_from_landmark

    @property
    def followable_days(self) -> NDArray[np.float64]:
        """Calendar days until follow-up of everyone ends, shape (n,), for models that need it."""
        return self.outcome.table["followable_days"].to_numpy()

    @property
    def clusters(self) -> NDArray[np.int64]:
        """Household network of each row, shape (n,)."""
        return self.landmarks["network_id"].to_numpy()

    def groups(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """Return audit columns, row by row.

        Parameters
        ----------
        columns : tuple of str
            Columns of the landmarks.

        Returns
        -------
        DataFrame
            Text columns; a missing value reads "unknown".

        Raises
        ------
        DataError
            If a column is not there.
        """
        missing = sorted(set(columns) - set(self.landmarks.columns))
        if missing:
            have = ", ".join(sorted(name for name in self.landmarks.columns if self._is_groups(name)))
            raise DataError("An audit column is a column of the landmarks", f"{missing[0]!r}", f"use one of {have}")
        for name in columns:
            if not self._is_groups(name):
                raise DataError(
                    f"An audit column has at most {MOST_LEVELS} values and is no identifier",
                    f"{name!r} with {self.landmarks[name].n_unique()}",
                    "use a column of groups, such as region",
                )
        texts = {name: self.landmarks[name].cast(pl.String).fill_null(UNKNOWN).to_list() for name in columns}
        return pd.DataFrame(texts, index=self.X.index)

    def _is_groups(self, name: str) -> bool:
        return not name.endswith("_id") and self.landmarks[name].n_unique() <= MOST_LEVELS

    def take(self, outcome: Outcome) -> Dataset:
        """Return the rows of an outcome that is a part of this one.

        Parameters
        ----------
        outcome : Outcome
            Outcome of some of the landmarks.

        Returns
        -------
        Dataset
            These rows.
        """
        ids = outcome.table[LANDMARK]
        landmarks = ids.to_frame().join(self.landmarks, on=LANDMARK, how="left", maintain_order="left")
        return replace(self, X=self.X.loc[ids.to_list()], outcome=outcome, landmarks=landmarks)

    def repeated(self, times: NDArray[np.integer[Any]]) -> Dataset:
        """Return each row as often as it is asked for, such as in a bootstrap draw.

        Parameters
        ----------
        times : ndarray of int, shape (n,)
            How often, 0 and above.

        Returns
        -------
        Dataset
            Copies next to each other, numbered anew from 0; those of a network remain one network.
        """
        places = np.repeat(np.arange(len(times)), times)
        outcome = _copies(self.outcome, places)
        landmarks = self.landmarks[places].with_columns(outcome.table[LANDMARK])
        return replace(
            self,
            X=self.X.iloc[places].set_axis(outcome.table[LANDMARK].to_list()),
            outcome=outcome,
            landmarks=landmarks,
        )

    def split(self, settings: SplitSettings | None = None, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Part the landmarks into training and test.

        Parameters
        ----------
        settings : SplitSettings, optional
            How; a temporal split by default.
        seed : int
            Seed of a random part.

        Returns
        -------
        tuple of Dataset
            Training and test.

        Raises
        ------
        DataError
            If a part has no landmark or the training part no re-report.
        """
        settings = settings or SplitSettings()
        train, test = _parts(self, settings, np.random.default_rng(seed))
        for name, part in (("training", train), ("test", test)):
            if part.table.height == 0 or not (part.table["event"] == 1).any():
                raise DataError(
                    f"The {name} part of a split has landmarks followed by a re-report",
                    f"{part.table.height} landmarks there, none of them",
                    "move the date of the split, change its share or bring more histories",
                )
        return self.take(train), self.take(test)


def split_date(landmarks: pl.DataFrame, settings: SplitSettings) -> date:
    """Return the date of a temporal split.

    Parameters
    ----------
    landmarks : polars.DataFrame
        ``landmark_on``.
    settings : SplitSettings
        The split.

    Returns
    -------
    date
        Test landmarks lie on or after it.
    """
    if settings.on is not None:
        return settings.on
    days = landmarks["landmark_on"].sort()
    return date.fromisoformat(str(days[int(len(days) * (1 - settings.test_share))]))


def _parts(data: Dataset, settings: SplitSettings, rng: np.random.Generator) -> tuple[Outcome, Outcome]:
    outcome = data.outcome
    if settings.kind == "none":
        return outcome, outcome
    chosen = _test_networks(data, settings, rng)
    if settings.kind == "network":
        return _keep(outcome, ~chosen), _keep(outcome, chosen)
    day = split_date(data.landmarks, settings)
    late = data.landmarks["landmark_on"] >= day
    apart = settings.networks == "disjoint"
    early = ~late & ~chosen if apart else ~late
    return _keep(outcome, early).as_known_on(day), _keep(outcome, late & chosen if apart else late)


def _test_networks(data: Dataset, settings: SplitSettings, rng: np.random.Generator) -> pl.Series:
    networks = np.unique(data.clusters)
    share = 0.5 if settings.kind == "temporal" else settings.test_share
    drawn = rng.choice(networks, size=max(1, round(share * len(networks))), replace=False)
    return data.landmarks["network_id"].is_in(pl.Series(drawn).implode())


def _keep(outcome: Outcome, rows: pl.Series) -> Outcome:
    return replace(outcome, table=outcome.table.filter(rows))


def _copies(outcome: Outcome, places: NDArray[np.intp]) -> Outcome:
    """Return the rows at some places, the same one perhaps several times, as landmarks numbered anew from 0."""
    ids = outcome.table.select(pl.col(LANDMARK).gather(places)).with_columns(pl.int_range(pl.len()).alias("new"))
    table, gaps, landmarks = (
        ids.join(each, on=LANDMARK, maintain_order="left").drop(LANDMARK).rename({"new": LANDMARK})
        for each in (outcome.table, outcome.gaps, outcome.landmarks)
    )
    return replace(outcome, table=table, gaps=gaps, landmarks=landmarks)
