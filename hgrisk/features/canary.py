"""The leak canary: change everything that became known at or after a landmark, and no feature may change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.errors import DataError
from hgrisk.features.build import FeatureTable, build_features
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.incidents import mark_incidents
from hgrisk.histories.places import region_on

_MOMENT = ("landmark_on", "landmark_at", "landmark_event_id", "index_event_id")


@dataclass(frozen=True)
class CanaryResult:
    """What the canary saw.

    Attributes
    ----------
    n_features, n_landmarks : int
        How many features were watched, at how many landmarks. Covariates are not watched: they are columns of the
        source, and whoever lists them vouches that they were known at the landmark.
    changed : tuple of str
        Features that changed though nothing known before the landmark did.
    """

    n_features: int
    n_landmarks: int
    changed: tuple[str, ...]

    def check(self) -> None:
        """Refuse to go on when a feature leaks.

        Raises
        ------
        DataError
            If any feature changed.
        """
        if self.changed:
            raise DataError(
                "A feature depends only on what was known at the landmark",
                f"{', '.join(self.changed)} changed when later facts were altered",
                "compute the family from the cut history alone",
            )


def leak_canary(
    histories: CaseHistories,
    cohort: Cohort,
    settings: FeatureSettings | None = None,
    n_landmarks: int = 500,
    seed: int = 0,
) -> CanaryResult:
    """Alter everything known at or after a sample of landmarks, and compare the features before and after.

    One landmark per household network is drawn. Once, all that became known at or after it is removed; once, it is
    replaced by invented events, spells, memberships and ends of observation, many of them on the landmark's own day.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        Its landmarks.
    settings : FeatureSettings, optional
        The features to watch.
    n_landmarks : int
        At most so many landmarks are drawn.
    seed : int
        Seed of the draw and the inventions.

    Returns
    -------
    CanaryResult
        Which features changed; it does not raise, see :meth:`CanaryResult.check`.
    """
    rng = np.random.default_rng(seed)
    sample = _one_per_network(cohort.landmarks, n_landmarks, rng)
    network = histories.networks.join(sample.select("network_id", *_MOMENT), on="network_id")
    watched = replace(cohort, landmarks=sample)
    before = build_features(histories, watched, settings)
    changed: set[str] = set()
    for altered in (_without_later(histories, network), _with_inventions(histories, network, rng)):
        marked = mark_incidents(altered.events, cohort.settings.report_kinds, cohort.settings.merge_window_days)
        landmarks = _placed_again(_with_altered_ends(sample, altered.cases), altered)
        after = build_features(altered, replace(watched, marked_events=marked, landmarks=landmarks), settings)
        changed |= set(_differing(before, after))
    vouched = settings.covariates if settings else {}
    return CanaryResult(before.X.shape[1] - len(vouched), sample.height, tuple(sorted(changed)))


def _one_per_network(landmarks: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    order = pl.Series("order", rng.permutation(landmarks.height))
    shuffled = landmarks.with_columns(order).sort("order").drop("order")
    return shuffled.unique("network_id", keep="first", maintain_order=True).head(n).sort(LANDMARK)


def _differing(before: FeatureTable, after: FeatureTable) -> list[str]:
    return [str(name) for name in before.X if not _same(before.X[name], after.X[name])]


def _same(left: pd.Series, right: pd.Series) -> bool:
    both_empty = left.isna() & right.isna()
    return bool(((left == right) | both_empty).all())


def _with_altered_ends(landmarks: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    ends = cases.select("case_id", "observed_until", "end_reason")
    return landmarks.drop("observed_until", "end_reason").join(ends, on="case_id", how="left", maintain_order="left")


def _placed_again(landmarks: pl.DataFrame, histories: CaseHistories) -> pl.DataFrame:
    region = region_on(landmarks, histories.cases, histories.case_regions, histories.regions)
    return landmarks.with_columns(region.alias("region"))


def _without_later(histories: CaseHistories, network: pl.DataFrame) -> CaseHistories:
    dated = histories.events.join(network, on="case_id", how="left", maintain_order="left")
    later = (pl.col("known_on") >= pl.col("landmark_on")) & ~_used_at_landmark()
    events = dated.filter(~later.fill_null(value=False)).with_columns(_ended_before_landmark("ended_on"))
    stays = histories.memberships.join(network, on="case_id", how="left", maintain_order="left")
    begun = (pl.col("from_on") < pl.col("landmark_on")) | pl.col("from_on").is_null() | pl.col("landmark_on").is_null()
    stays = stays.filter(begun).with_columns(_ended_before_landmark("until_on"))
    return replace(
        histories,
        events=events.select(histories.events.columns),
        memberships=stays.select(histories.memberships.columns),
    )


def _used_at_landmark() -> pl.Expr:
    """Say which events of the landmark's own day set it, are the index report, or were known by its instant."""
    by_instant = (pl.col("known_on") == pl.col("landmark_on")) & (pl.col("known_at") <= pl.col("landmark_at"))
    itself = [pl.col("event_id") == pl.col(name) for name in ("landmark_event_id", "index_event_id")]
    return pl.any_horizontal(condition.fill_null(value=False) for condition in (by_instant, *itself))


def _ended_before_landmark(column: str) -> pl.Expr:
    hidden = (pl.col(column) >= pl.col("landmark_on")).fill_null(value=False)
    return pl.when(~hidden).then(column).alias(column)


def _with_inventions(histories: CaseHistories, network: pl.DataFrame, rng: np.random.Generator) -> CaseHistories:
    base = _without_later(histories, network)
    template = histories.events.join(network.select("case_id", "landmark_on", "landmark_at"), on="case_id")
    n = template.height
    kinds = template["kind"].to_numpy()[rng.permutation(n)]
    shift, back = pl.col("hg:shift"), pl.col("hg:back")
    template = template.with_columns(
        pl.Series("hg:shift", rng.integers(0, 400, n) * rng.integers(0, 2, n)),
        pl.Series("hg:back", rng.integers(0, 60, n)),
    )
    known = pl.col("landmark_on") + pl.duration(days=shift)
    moment = pl.col("landmark_at") + pl.duration(minutes=1)
    just_after = pl.when((shift == 0) & (moment.dt.date() == pl.col("landmark_on"))).then(moment)
    invented = template.with_columns(
        (pl.lit("invented:") + pl.col("event_id")).alias("event_id"),
        pl.Series("kind", kinds, dtype=pl.String),
        known.alias("known_on"),
        (known - pl.duration(days=back)).alias("occurred_on"),
        (known + pl.duration(days=shift)).alias("ended_on"),
        just_after.alias("known_at"),
        pl.lit(None, dtype=pl.Datetime("us")).alias("occurred_at"),
        pl.Series("severity", rng.uniform(0, 100, n)),
        pl.lit("invented").alias("code"),
    )
    events = pl.concat([base.events, invented.select(base.events.columns)])
    cases = base.cases.with_columns(
        (pl.col("observed_until") + pl.duration(days=1000)).alias("observed_until"),
        pl.lit("invented").alias("end_reason"),
    )
    moves = _with_moves(base, network)
    return replace(base, events=events, cases=cases, memberships=_with_new_members(base, network), case_regions=moves)


def _with_new_members(histories: CaseHistories, network: pl.DataFrame) -> pl.DataFrame:
    """Let the persons of a network join each other's households from the network's landmark on."""
    stays = histories.memberships.join(network.select("case_id", "landmark_on", "network_id"), on="case_id")
    neighbour = pl.col("person_id").shift(1).over("network_id")
    moved = stays.with_columns(pl.coalesce(neighbour, "person_id").alias("person_id"))
    moved = moved.with_columns(pl.col("landmark_on").alias("from_on"), pl.lit(None, dtype=pl.Date).alias("until_on"))
    return pl.concat([histories.memberships, moved.select(histories.memberships.columns)])


def _with_moves(histories: CaseHistories, network: pl.DataFrame) -> pl.DataFrame:
    """Let every household move to an invented region the day after its landmark."""
    moved = network.select("case_id", region=pl.lit("invented"), from_on=pl.col("landmark_on") + pl.duration(days=1))
    return pl.concat([histories.case_regions, moved], how="diagonal_relaxed")
