"""The leak canary: change everything that became known at or after a landmark, and no feature may change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.errors import DataError
from hgrisk.features.alterations import Moments, persons_named, with_inventions, without_later
from hgrisk.features.build import build_features
from hgrisk.features.cut.regional import regional_series
from hgrisk.features.registry import find_family
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.table import FeatureTable
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.incidents import mark_incidents
from hgrisk.histories.networks import household_networks
from hgrisk.histories.places import region_on
from hgrisk.landmarks import with_index_report

_DATES = (0.5, 0.9)
"""Where among the landmarks the dates lie at which what regions know is watched, as quantiles."""

_HOUSEHOLDS = 2000
"""At most so many are altered at a date: of as few regions as possible, so that these have something to tell."""

_TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}
"""Sums may be taken in another order when there are other events; no leak is as small."""


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

    Households that share a person, as a member or named in an event, form a component, since an event of one may be
    history of another. One landmark of each is drawn. Once, all that became known at or after it is removed; once, it
    is replaced by invented events, spells, corrections, birthdays, memberships, moves and ends of observation, many of
    them on the landmark's own day. What regions know crosses all households: it is left as it is there, and watched at
    two dates, with everything known on the date or later altered at once.

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

    Notes
    -----
    The value of a spell, and its severity if it is no report, are altered where the spell ended at the landmark or
    later: a source may write them at the end, as it does with a duration. What was known at the beginning can be
    delivered as an event of its own.
    """
    settings = settings or FeatureSettings()
    rng = np.random.default_rng(seed)
    n_features, n_watched, changed = _changed_at_landmarks(histories, cohort, settings, n_landmarks, rng)
    if any(find_family(name).compute for name in settings.families):
        changed |= _changed_at_dates(*_some_regions(histories, cohort, rng), settings, n_landmarks, rng)
    return CanaryResult(n_features, n_watched, tuple(sorted(changed - set(settings.covariates))))


def _of_cases(histories: CaseHistories, cohort: Cohort, cases: pl.DataFrame) -> tuple[CaseHistories, Cohort]:
    """Return the part of the data that is about some households."""
    kept = {
        name: getattr(histories, name).join(cases, on="case_id", how="semi", maintain_order="left")
        for name in ("events", "cases", "memberships", "case_regions")
    }
    persons = histories.persons.join(kept["memberships"], on="person_id", how="semi", maintain_order="left")
    landmarks, marked = (
        frame.join(cases, on="case_id", how="semi", maintain_order="left")
        for frame in (cohort.landmarks, cohort.marked_events)
    )
    return replace(histories, **kept, persons=persons), replace(cohort, landmarks=landmarks, marked_events=marked)


def _one_landmark_each(
    histories: CaseHistories, landmarks: pl.DataFrame, n: int, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw one landmark of each component; return them, and the households of their components."""
    components = household_networks(histories.cases["case_id"], persons_named(histories))
    components = components.rename({"network_id": "component"})
    placed = landmarks.join(components, on="case_id", maintain_order="left")
    shuffled = placed[rng.permutation(placed.height)]
    watched = shuffled.unique("component", keep="first", maintain_order=True).head(n).sort(LANDMARK)
    return watched, components.join(watched, on="component", how="semi")


def _some_regions(histories: CaseHistories, cohort: Cohort, rng: np.random.Generator) -> tuple[CaseHistories, Cohort]:
    """Return the part of the data that is about a few whole regions."""
    followed = histories.cases.join(cohort.landmarks, on="case_id", how="semi", maintain_order="left")
    regions = followed.select("region").unique(maintain_order=True)
    order = regions.with_columns(pl.Series("order", rng.permutation(regions.height)))
    cases = histories.cases.join(order, on="region", nulls_equal=True).sort("order", "case_id").head(_HOUSEHOLDS)
    return _of_cases(histories, cohort, cases)


def _changed_at_landmarks(
    whole: CaseHistories, cohort: Cohort, settings: FeatureSettings, n: int, rng: np.random.Generator
) -> tuple[int, int, set[str]]:
    """Alter each component from its own landmark on; return how many features and landmarks, and what changed."""
    landmarks, components = _one_landmark_each(whole, cohort.landmarks, n, rng)
    histories, part = _of_cases(whole, cohort, components)
    watched = replace(part, landmarks=landmarks)
    kinds = cohort.settings.report_kinds
    regional = regional_series(histories, part.marked_events, kinds)
    moments = Moments.at_landmarks(landmarks, components, kinds)
    before = build_features(histories, watched, settings, regional=regional)
    removed, again = _altered(without_later(histories, moments), watched)
    again = replace(again, landmarks=_described_again(again))
    changed: set[str] = set()
    for altered, follows in ((removed, again), _altered(with_inventions(histories, moments, rng), watched)):
        placed = replace(follows, landmarks=_placed_again(follows.landmarks, altered))
        changed |= _differing(before, build_features(altered, placed, settings, regional=regional))
    return before.X.shape[1] - len(settings.covariates), landmarks.height, changed


def _changed_at_dates(
    histories: CaseHistories, cohort: Cohort, settings: FeatureSettings, n: int, rng: np.random.Generator
) -> set[str]:
    """Alter all households from a date on, and compare what families computed for themselves up to that date."""
    computing = tuple(name for name in settings.families if find_family(name).compute)
    chosen = settings.model_copy(update={"families": computing})
    changed: set[str] = set()
    for day, landmarks in _latest_by_dates(cohort.landmarks, n):
        watched = replace(cohort, landmarks=landmarks)
        moments = Moments.on_date(histories.cases["case_id"], day, cohort.settings.report_kinds)
        before = build_features(histories, watched, chosen)
        computed = {spec.name for spec in before.catalogue if spec.measure is None}
        for altered in (without_later(histories, moments), with_inventions(histories, moments, rng)):
            changed |= _differing(before, build_features(*_altered(altered, watched), chosen)) & computed
    return changed


def _latest_by_dates(landmarks: pl.DataFrame, n: int) -> Iterator[tuple[date, pl.DataFrame]]:
    """Give a few dates, each with the latest landmarks up to and including it."""
    days = landmarks["landmark_on"].sort()
    for day in sorted({days[int(share * (len(days) - 1))] for share in _DATES if len(days)}):
        by_then = landmarks.filter(pl.col("landmark_on") <= day).sort("landmark_on", LANDMARK).tail(n)
        yield day, by_then.sort(LANDMARK)


def _altered(histories: CaseHistories, cohort: Cohort) -> tuple[CaseHistories, Cohort]:
    """Return altered histories and the cohort on them: incidents marked, and ends of observation put in."""
    rules = cohort.settings
    marked = mark_incidents(histories.events, rules.report_kinds, rules.merge_window_days)
    ends = histories.cases.select("case_id", "observed_until", "end_reason")
    landmarks = cohort.landmarks.drop("observed_until", "end_reason")
    landmarks = landmarks.join(ends, on="case_id", how="left", maintain_order="left")
    return histories, replace(cohort, marked_events=marked, landmarks=landmarks)


def _described_again(cohort: Cohort) -> pl.DataFrame:
    """Look the index reports up again, where events set the landmarks."""
    rules, landmarks = cohort.settings, cohort.landmarks
    if rules.landmarks == "calendar":
        return landmarks
    moments = landmarks.select(LANDMARK, "case_id", "landmark_on", "landmark_at", "landmark_event_id")
    found = with_index_report(moments, cohort.marked_events, rules.report_kinds, rules.index_within_days)
    names = [name for name in found.columns if name in landmarks.columns and name not in moments.columns]
    again = found.select(LANDMARK, *names)
    return landmarks.drop(names).join(again, on=LANDMARK, how="left", maintain_order="left")


def _placed_again(landmarks: pl.DataFrame, histories: CaseHistories) -> pl.DataFrame:
    region = region_on(landmarks, histories.cases, histories.case_regions, histories.regions)
    return landmarks.with_columns(region.alias("region"))


def _differing(before: FeatureTable, after: FeatureTable) -> set[str]:
    texts = [spec.name for spec in before.catalogue if spec.kind == "category"]
    numbers = [spec.name for spec in before.catalogue if spec.kind == "number"]
    one, other = (table.X[numbers].to_numpy() for table in (before, after))
    same = np.isclose(one, other, equal_nan=True, **_TOLERANCE).all(axis=0)
    changed = {name for name, equal in zip(numbers, same, strict=True) if not equal}
    return changed | {name for name in texts if not before.X[name].equals(after.X[name])}
