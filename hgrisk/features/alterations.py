"""Altered histories: what became known at or after a moment is removed, or replaced by inventions.

The leak canary lays features of the altered histories beside those of the real ones. An alteration must never touch
what was known before the moment, or the canary would cry without need; and should touch all else, or it would be blind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from hgrisk.histories.case_histories import CaseHistories

_MOMENT = ("landmark_on", "landmark_at", "landmark_event_id", "index_event_id")
_NAMED = ("person_id", "exposed_person_id")
_CONTENT = ("kind", "code", "further_kinds", "source", "severity", "value")
"""Columns of an event that inventions take over together, so that they look like real ones."""

_FARTHEST_DAYS = 1500


@dataclass(frozen=True)
class Moments:
    """From which moment on the history of each household is altered.

    Attributes
    ----------
    cases : polars.DataFrame
        One row per household: ``case_id``, ``component``, ``landmark_on``, ``landmark_at``, ``landmark_event_id``,
        ``index_event_id``, and whom the index report names, ``landmark_person`` and ``landmark_exposed``. Households of
        one component share the moment; what follows the date may be empty.
    report_kinds : tuple of str
        Kinds that are reports.
    """

    cases: pl.DataFrame
    report_kinds: tuple[str, ...]

    @classmethod
    def at_landmarks(cls, landmarks: pl.DataFrame, components: pl.DataFrame, report_kinds: tuple[str, ...]) -> Moments:
        """Take the moment of each component from its one landmark.

        Parameters
        ----------
        landmarks : polars.DataFrame
            Landmarks, one per component, with ``component``.
        components : polars.DataFrame
            ``case_id`` and ``component`` of every household.
        report_kinds : tuple of str
            Kinds that are reports.

        Returns
        -------
        Moments
            A moment for each household of these components.
        """
        persons = {"landmark_person": "person_id", "landmark_exposed": "exposed_person_id"}
        moments = landmarks.select("component", *_MOMENT, **{new: pl.col(old) for new, old in persons.items()})
        return cls(components.join(moments, on="component"), report_kinds)

    @classmethod
    def on_date(cls, case_ids: pl.Series, day: date, report_kinds: tuple[str, ...]) -> Moments:
        """Take one date for all households, which are then one component.

        Parameters
        ----------
        case_ids : polars.Series of String
            The households.
        day : date
            The date.
        report_kinds : tuple of str
            Kinds that are reports.

        Returns
        -------
        Moments
            The date for each household.
        """
        empty = {name: pl.lit(None, dtype=pl.String) for name in (*_MOMENT[2:], "landmark_person", "landmark_exposed")}
        instant = pl.lit(None, dtype=pl.Datetime("us"))
        households = pl.DataFrame({"case_id": case_ids})
        return cls(households.with_columns(component=0, landmark_on=day, landmark_at=instant, **empty), report_kinds)

    def persons(self, histories: CaseHistories) -> pl.DataFrame:
        """Return the moment of each person: ``person_id``, ``landmark_on``."""
        return persons_named(histories).join(self.cases, on="case_id").group_by("person_id").agg(
            pl.col("landmark_on").first()
        )  # fmt: skip


def persons_named(histories: CaseHistories) -> pl.DataFrame:
    """Return which persons belong to a household or are named in its events.

    Parameters
    ----------
    histories : CaseHistories
        The histories.

    Returns
    -------
    polars.DataFrame
        ``case_id`` and ``person_id``, each pair once.
    """
    named = [histories.events.select("case_id", pl.col(name).alias("person_id")) for name in _NAMED]
    return pl.concat([histories.memberships.select("case_id", "person_id"), *named]).drop_nulls().unique()


def without_later(histories: CaseHistories, moments: Moments) -> CaseHistories:
    """Remove all that was not known before the moments.

    Parameters
    ----------
    histories : CaseHistories
        Histories of households that all have a moment.
    moments : Moments
        The moments.

    Returns
    -------
    CaseHistories
        Histories without later events, ends, corrections, birthdays, memberships and residences, and without what the
        row of a spell holds that goes on: it may have been written at its end.
    """
    kept = _known_events(histories, moments)
    hidden = {name: _hidden(name) for name in ("ended_on", "corrected_on")}
    hidden |= {name: pl.when(~_told_later(name, moments)).then(name) for name in ("severity", "value")}
    dated = {name: getattr(histories, name).join(_days(moments), on="case_id", how="left") for name in _SPELLS}
    stays = _born(dated["memberships"], histories.persons)
    begun = pl.coalesce("from_on", "born_on") < pl.col("landmark_on")
    stays = stays.filter(begun.fill_null(value=True)).with_columns(until_on=_hidden("until_on"))
    lived = (pl.col("from_on") <= pl.col("landmark_on")).fill_null(value=True)  # a region counts from its first day
    homes = dated["case_regions"].filter(lived).with_columns(until_on=_hidden("until_on"))
    return replace(
        histories,
        events=kept.with_columns(**hidden).select(histories.events.columns),
        persons=_with_birthdays(histories, moments, pl.lit(None, dtype=pl.Date)),
        memberships=stays.select(histories.memberships.columns),
        case_regions=homes.select(histories.case_regions.columns),
    )


_SPELLS = ("memberships", "case_regions")


def _days(moments: Moments) -> pl.DataFrame:
    return moments.cases.select("case_id", "landmark_on")


def _born(stays: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    return stays.join(persons.select("person_id", "born_on"), on="person_id", how="left")


def _known_events(histories: CaseHistories, moments: Moments) -> pl.DataFrame:
    dated = histories.events.join(moments.cases, on="case_id", how="left", maintain_order="left")
    return dated.filter((pl.col("known_on") < pl.col("landmark_on")) | _used_at_landmark())


def _used_at_landmark() -> pl.Expr:
    """Say which events of the landmark's own day set it, are the index report, or were known by its instant."""
    by_instant = (pl.col("known_on") == pl.col("landmark_on")) & (pl.col("known_at") <= pl.col("landmark_at"))
    itself = [pl.col("event_id") == pl.col(name) for name in ("landmark_event_id", "index_event_id")]
    return pl.any_horizontal(condition.fill_null(value=False) for condition in (by_instant, *itself))


def _is_later(column: str) -> pl.Expr:
    return (pl.col(column) >= pl.col("landmark_on")).fill_null(value=False)


def _hidden(column: str) -> pl.Expr:
    return pl.when(~_is_later(column)).then(column)


def _told_later(name: str, moments: Moments) -> pl.Expr:
    """Say whose severity or value may have been written at the moment or later.

    The severity of a report is a judgement of its own day, and bears a date where it was corrected.
    """
    goes_on = _is_later("ended_on")
    if name == "value":
        return goes_on
    return _is_later("corrected_on") | (goes_on & ~pl.col("kind").is_in(moments.report_kinds))


def _with_birthdays(histories: CaseHistories, moments: Moments, instead: pl.Expr) -> pl.DataFrame:
    dated = histories.persons.join(moments.persons(histories), on="person_id", how="left", maintain_order="left")
    born = pl.when(_is_later("born_on")).then(instead).otherwise("born_on").alias("born_on")
    return dated.with_columns(born).select(histories.persons.columns)


def with_inventions(histories: CaseHistories, moments: Moments, rng: np.random.Generator) -> CaseHistories:
    """Replace all that was not known before the moments by inventions, many of them on the moment's own day.

    Parameters
    ----------
    histories : CaseHistories
        Histories of households that all have a moment.
    moments : Moments
        The moments.
    rng : numpy.random.Generator
        Draws the inventions.

    Returns
    -------
    CaseHistories
        Histories with invented events of every kind (some late, and some that name the persons of another component),
        ends, corrections, birthdays, memberships, moves and ends of observation.
    """
    base = without_later(histories, moments)
    rewritten = _rewritten(_known_events(histories, moments), moments, rng)
    invented = _invented_events(histories.events, moments, rng)
    columns = histories.events.columns
    cases = histories.cases.with_columns(
        (pl.col("observed_until") + pl.duration(days=1000)).alias("observed_until"),
        pl.lit("invented").alias("end_reason"),
    )
    days = _numbers(rng.integers(0, 4000, histories.persons.height))
    return replace(
        base,
        # extra columns of the source have nothing to do with features
        events=pl.concat(
            [rewritten.select(columns), invented.select(name for name in columns if name in invented.columns)],
            how="diagonal",
        ),
        cases=cases,
        persons=_with_birthdays(histories, moments, pl.col("landmark_on") + pl.duration(days=days)),
        memberships=_with_new_members(base.memberships, moments, rng),
        case_regions=_with_moves(base.case_regions, moments),
    )


def _numbers(values: np.ndarray) -> pl.Expr:
    return pl.lit(pl.Series(values))


def _some(n: int, share: float, rng: np.random.Generator) -> pl.Expr:
    return _numbers(rng.random(n) < share)


def _rewritten(kept: pl.DataFrame, moments: Moments, rng: np.random.Generator) -> pl.DataFrame:
    """Write other later facts into the rows that stay: ends, corrections, and what a spell's end may have brought."""
    n = kept.height
    later = pl.col("landmark_on") + pl.duration(days=_numbers(rng.integers(0, 300, n) * rng.integers(0, 2, n)))
    ends = pl.col("ended_on").is_null() | _is_later("ended_on")
    told = {}
    for name in ("severity", "value"):
        # what is empty at the end of the data was never written
        written = _told_later(name, moments) & pl.col(name).is_not_null()
        told[name] = pl.when(written).then(_numbers(rng.uniform(0, 100, n))).otherwise(name)
    return kept.with_columns(
        ended_on=pl.when(ends & _some(n, 0.7, rng)).then(later).otherwise(_hidden("ended_on")),
        corrected_on=pl.when(_is_later("corrected_on")).then(later).otherwise("corrected_on"),
        **told,
    )


def _invented_events(events: pl.DataFrame, moments: Moments, rng: np.random.Generator) -> pl.DataFrame:
    """Invent an event for each real one: the content of another, known at or after the moment."""
    n = events.height
    rows = events.select("case_id", "event_id", *_NAMED).join(
        _with_partners(moments), on="case_id", how="left", maintain_order="left"
    )
    rows = rows.hstack(events.select(_CONTENT)[rng.permutation(n)])
    near, far = rng.integers(0, 60, n), rng.integers(0, _FARTHEST_DAYS, n)
    rows = rows.with_columns(_whom(n, rng)).with_columns(
        pl.Series("shift", rng.integers(0, 400, n) * rng.integers(0, 2, n)),
        pl.Series("back", np.where(rng.random(n) < 0.5, near, far)),
        pl.Series("length", rng.integers(0, 500, n)),
    )
    first = pl.when("of_partner").then(pl.max_horizontal("landmark_on", "partner_on")).otherwise("landmark_on")
    known = first + pl.duration(days=pl.col("shift"))
    occurred = known - pl.duration(days=pl.col("back"))
    moment = pl.col("landmark_at") + pl.duration(minutes=1)
    just_after = (pl.col("shift") == 0) & ~pl.col("of_partner") & (moment.dt.date() == pl.col("landmark_on"))
    return rows.with_columns(
        (pl.lit("invented:") + pl.col("event_id")).alias("event_id"),
        known.alias("known_on"),
        occurred.alias("occurred_on"),
        pl.when(_some(n, 0.5, rng)).then(occurred + pl.duration(days=pl.col("length"))).alias("ended_on"),
        pl.when(_some(n, 0.1, rng)).then(known).alias("corrected_on"),
        pl.when(just_after).then(moment).alias("known_at"),
        pl.lit(None, dtype=pl.Datetime("us")).alias("occurred_at"),
        pl.when(_some(n, 0.2, rng)).then(pl.lit("invented")).otherwise("code").alias("code"),
        pl.when(_some(n, 0.5, rng)).then(_numbers(rng.uniform(0, 100, n))).otherwise("severity").alias("severity"),
    )  # fmt: skip


def _with_partners(moments: Moments) -> pl.DataFrame:
    """Lay beside each household the moment of another component, and whom its index report names."""
    ones = moments.cases.unique("component", keep="first", maintain_order=True).sort("component")
    partner = {"partner_on": "landmark_on", "partner_person": "landmark_person", "partner_exposed": "landmark_exposed"}
    shifted = [pl.col(old).shift(1, fill_value=pl.col(old).last()).alias(new) for new, old in partner.items()]
    return moments.cases.join(ones.select("component", *shifted), on="component", maintain_order="left")


def _whom(n: int, rng: np.random.Generator) -> list[pl.Expr]:
    """Say whom invented events name: as the real one, as the landmark, in opposite roles, or of another component.

    An event that names persons of two components is not known before the moments of both.
    """
    turn = _numbers(rng.integers(0, 4, n))
    one, other = pl.col("landmark_person"), pl.col("landmark_exposed")
    of_partner = (turn == 3) & pl.col("partner_on").is_not_null()
    return [
        of_partner.alias("of_partner"),
        pl.when(of_partner).then("partner_person").when(turn == 1).then(one).when(turn == 2).then(other)
        .otherwise("person_id").alias("person_id"),
        pl.when(of_partner).then("partner_exposed").when(turn == 1).then(other).when(turn == 2).then(one)
        .otherwise("exposed_person_id").alias("exposed_person_id"),
    ]  # fmt: skip


def _with_new_members(stays: pl.DataFrame, moments: Moments, rng: np.random.Generator) -> pl.DataFrame:
    """Let the persons of a component join each other's households from its moment on, and those of another component.

    Memberships that go on get an end at the moment or later.
    """
    dated = stays.join(moments.cases, on="case_id", maintain_order="left")
    n = dated.height
    later = pl.col("landmark_on") + pl.duration(days=_numbers(rng.integers(0, 300, n) * rng.integers(0, 2, n)))
    ended = dated.with_columns(
        pl.when(pl.col("until_on").is_null() & _some(n, 0.5, rng)).then(later).otherwise("until_on").alias("until_on")
    )
    neighbour = pl.col("person_id").shift(1).over("component")
    moved = dated.with_columns(pl.coalesce(neighbour, "person_id").alias("person_id"), from_on="landmark_on")
    both = pl.max_horizontal("landmark_on", "partner_on")
    strangers = _with_partners(moments).with_columns(person_id="partner_person", role=pl.lit("adult"), from_on=both)
    joined = [
        frame.with_columns(until_on=pl.lit(None, dtype=pl.Date)).select(
            "case_id", "person_id", "role", "from_on", "until_on"
        )
        for frame in (moved, strangers.drop_nulls("person_id"))
    ]
    return pl.concat([ended.select(stays.columns), *joined], how="diagonal")


def _with_moves(homes: pl.DataFrame, moments: Moments) -> pl.DataFrame:
    """Let every household move to an invented region the day after its moment."""
    day = pl.col("landmark_on") + pl.duration(days=1)
    moved = moments.cases.select("case_id", region=pl.lit("invented"), from_on=day)
    return pl.concat([homes, moved], how="diagonal_relaxed")
