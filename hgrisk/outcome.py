"""The outcome: time at risk from a landmark to the first re-report, a competing event, or the end of observation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hgrisk.attrition import AttritionRow
from hgrisk.cohort import Cohort
from hgrisk.errors import ConfigError, DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.incidents import NEVER_A_REPORT
from hgrisk.histories.known import known_before
from hgrisk.risk_time import days_in_gaps, gap_spells, in_gap
from hgrisk.settings import Settings
from hgrisk.surv import RE_REPORT, Surv


class OutcomeSettings(Settings):
    """What counts as a re-report, and what time is at risk.

    Attributes
    ----------
    unit : "household", "person" or "dyad"
        Whose re-report: of the household, of the person reported as perpetrator (in any household), or of the same
        two persons in either role.
    counts : "re_report", "follow_up" or "any"
        Re-reports and follow-up reports are kept apart; the other kind then neither counts nor censors.
    re_report_kinds, follow_up_kinds : tuple of str
        Kinds of event of each. Advice and radar links are refused.
    involvement_kinds : tuple of str
        Spells of involvement: a report within one counts as a follow-up report, whatever its kind.
    competing : tuple of str
        Kinds of event, or values of the case's ``end_reason``, that make a re-report impossible; they get the codes
        2, 3, ... in this order.
    gap_kinds : tuple of str
        Spells (start, end] that are taken out of the time at risk, such as detention.
    events_in_gaps : "ignored" or "counted"
        A re-report inside a gap is ignored, as in a counting process, or counted with the clock stopped.
    whose : "reported" or "anyone"
        Whose gaps and competing events count: those of the person reported as perpetrator in the index report (for a
        dyad, of either person) and those that name nobody; or those of anyone in the household. Where the index report
        names nobody, those of anyone. For a person or dyad they count in every household.
    reporting_lag_days : int
        Observation ends at the latest so many days before the last day on which any household is observed, because
        the last weeks of a delivery are incomplete.
    follow_up_days : int, optional
        Follow-up ends so many calendar days after the landmark.
    at_risk_from : "landmark" or "merge_window"
        Whether a household is at risk from the landmark on, or from the end of its merge window, in which no outcome
        can fall: delayed entry, so that hazards are of the days on which an outcome was possible. Durations and
        horizons are counted from the landmark in both.
    """

    unit: Literal["household", "person", "dyad"] = "household"
    counts: Literal["re_report", "follow_up", "any"] = "re_report"
    re_report_kinds: tuple[str, ...] = ("report",)
    follow_up_kinds: tuple[str, ...] = ("follow_up_report",)
    involvement_kinds: tuple[str, ...] = ()
    competing: tuple[str, ...] = ("death", "moved_out_of_region")
    gap_kinds: tuple[str, ...] = ("detention",)
    events_in_gaps: Literal["ignored", "counted"] = "ignored"
    whose: Literal["reported", "anyone"] = "reported"
    reporting_lag_days: int = Field(default=0, ge=0)
    follow_up_days: int | None = Field(default=None, ge=1)
    at_risk_from: Literal["landmark", "merge_window"] = "landmark"

    @model_validator(mode="after")
    def _reports_only(self) -> Self:
        wrong = sorted(set(NEVER_A_REPORT) & {*self.re_report_kinds, *self.follow_up_kinds})
        if wrong:
            raise ConfigError(
                "Advice and radar links never count as an outcome", wrong[0], "take it out of the outcome's kinds"
            )
        return self

    @model_validator(mode="after")
    def _a_window_for_all(self) -> Self:
        if self.enters_late and self.unit != "household":
            raise ConfigError(
                "Time at risk begins after the merge window for households only, since others can be reported in it",
                f"unit = {self.unit!r}",
                "set at_risk_from = 'landmark'",
            )
        return self

    @property
    def enters_late(self) -> bool:
        """Whether landmarks can come to be at risk later than at once."""
        return self.at_risk_from == "merge_window"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that can be an outcome."""
        return (*self.re_report_kinds, *self.follow_up_kinds)


@dataclass(frozen=True)
class Outcome:
    """Time at risk and how it ended, one row per landmark that was ever at risk.

    Attributes
    ----------
    table : polars.DataFrame
        ``landmark_id``, ``landmark_on``, ``event`` (0 censored, 1 re-report, 2 and above competing), ``stopped_on``,
        ``event_known_on``, ``close_on`` (when follow-up of everyone ends), ``gap_days``, ``entry_days`` (days before
        the time at risk begins), ``duration_days`` (days at its end) and ``followable_days`` (calendar days up to
        ``close_on``, whatever happened before). Entry and duration leave days in gaps out.
    gaps : polars.DataFrame
        ``landmark_id``, ``from_on``, ``until_on``: spells (from, until] out of risk after the landmark.
    causes : tuple of str
        Meaning of the event codes 2, 3, ...
    attrition : tuple of AttritionRow
        Landmarks that were never at risk or name no person.
    ignored_in_gaps : int
        Landmarks with a re-report that fell in a gap before their time at risk ended, and was ignored.
    settings : OutcomeSettings
        The definition.
    landmarks : polars.DataFrame
        The landmarks that were followed.
    histories : CaseHistories
        The histories in which they were followed.
    """

    table: pl.DataFrame
    gaps: pl.DataFrame
    causes: tuple[str, ...]
    attrition: tuple[AttritionRow, ...]
    ignored_in_gaps: int
    settings: OutcomeSettings
    landmarks: pl.DataFrame = field(repr=False)
    histories: CaseHistories = field(repr=False)

    @property
    def y(self) -> NDArray[np.void]:
        """The outcome array in the order of ``table``, shape (n,); with ``entry_days`` where landmarks enter late."""
        entry = self.table["entry_days"].to_numpy() if self.settings.enters_late else None
        return Surv.from_arrays(self.table["event"].to_numpy(), self.table["duration_days"].to_numpy(), entry)

    @property
    def y_from_landmark(self) -> NDArray[np.void]:
        """The outcome array of the same landmarks without ``entry_days``, shape (n,), to judge probabilities by.

        Follow-up counts from the landmark. With ``at_risk_from="merge_window"`` these are the landmarks that are still
        followed when their window ends, and so are the probabilities: who died, moved or was lost before is not there.
        """
        return Surv.from_arrays(self.table["event"].to_numpy(), self.table["duration_days"].to_numpy())

    def as_known_on(self, day: date) -> Outcome:
        """Return the outcome as it was known just before a date.

        It is followed again in the histories as they were known then: a report, a gap, an involvement or an end of
        observation that became known later is not there yet.

        Parameters
        ----------
        day : date
            Follow-up ends the day before.

        Returns
        -------
        Outcome
            The landmarks of ``table`` with at least one day at risk by then.
        """
        landmarks = self.landmarks.filter(pl.col("landmark_id").is_in(self.table["landmark_id"].implode()))
        return _follow(known_before(self.histories, day), landmarks, self.settings)


def time_to_rereport(histories: CaseHistories, cohort: Cohort, settings: OutcomeSettings | None = None) -> Outcome:
    """Return the time from each landmark to the first re-report.

    An outcome occurs strictly after the landmark and outside the merge window of every incident of the household that
    was known by then. Durations are days at risk over intervals (start, stop].

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        Its landmarks.
    settings : OutcomeSettings, optional
        The definition; the household's first re-report by default.

    Returns
    -------
    Outcome
        One row per landmark that was ever at risk.

    Raises
    ------
    DataError
        If no landmark was ever at risk.
    """
    outcome = _follow(histories, cohort.landmarks, settings or OutcomeSettings())
    if outcome.table.height == 0:
        raise DataError("A landmark is followed for at least a day", "none that is", "check the end of observation")
    return outcome


def _follow(histories: CaseHistories, landmarks: pl.DataFrame, settings: OutcomeSettings) -> Outcome:
    named, attrition = _with_unit(landmarks, settings)
    concerning = _concerning(named, histories.events, settings)
    spells = gap_spells(concerning, settings.gap_kinds, histories.cases, key="landmark_id")
    candidates = _candidates(named, _reports(histories.events, settings), settings)
    ignored = candidates.clear()
    if settings.events_in_gaps == "ignored":
        inside = in_gap(candidates, spells, key="landmark_id")
        candidates, ignored = candidates.filter(~inside), candidates.filter(inside)
    limits = _limits(named, histories.cases, settings)
    stops = _first_of(limits, candidates, _competing(named, concerning, histories.cases, settings))
    gaps = _gaps_of(named, spells)
    followed = _with_durations(_with_entry(stops, named, settings), gaps)
    table = followed.filter(pl.col("duration_days") > pl.col("entry_days"))
    lost = named.height - followed.height
    rows = (*attrition, AttritionRow("ever at risk", followed.height, lost, "no day at risk after the landmark"))
    if settings.enters_late:
        lost, reason = followed.height - table.height, "no day at risk after the merge window"
        rows = (*rows, AttritionRow("at risk after the merge window", table.height, lost, reason))
    in_time = ignored.join(stops, on="landmark_id").filter(pl.col("occurred_on") <= pl.col("stopped_on"))
    n_ignored = in_time["landmark_id"].n_unique()
    return Outcome(table, gaps, settings.competing, rows, n_ignored, settings, landmarks, histories)


def _with_unit(landmarks: pl.DataFrame, settings: OutcomeSettings) -> tuple[pl.DataFrame, list[AttritionRow]]:
    needed = {"household": [], "person": ["person_id"], "dyad": ["person_id", "exposed_person_id"]}[settings.unit]
    if not needed:
        return landmarks, []
    named = landmarks.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in needed))
    reason = f"the index report does not name {' and '.join(needed)}"
    return named, [AttritionRow(f"{settings.unit} known", named.height, landmarks.height - named.height, reason)]


def _reports(events: pl.DataFrame, settings: OutcomeSettings) -> pl.DataFrame:
    """Return the reports that may count, told apart as re-reports and follow-up reports."""
    reports = events.filter(pl.col("kind").is_in(settings.kinds))
    follow_up = pl.col("kind").is_in(settings.follow_up_kinds)
    if settings.involvement_kinds:
        spells = events.filter(pl.col("kind").is_in(settings.involvement_kinds))
        spells = spells.select("case_id", from_on="occurred_on", until_on=pl.col("ended_on").fill_null(date.max))
        inside = in_gap(reports, spells.with_columns(until_on=pl.col("until_on").cast(pl.Date)))
        reports = reports.with_columns(inside.alias("within"))
        follow_up |= pl.col("within")
    if settings.counts == "any":
        return reports
    return reports.filter(follow_up if settings.counts == "follow_up" else ~follow_up)


def _candidates(landmarks: pl.DataFrame, reports: pl.DataFrame, settings: OutcomeSettings) -> pl.DataFrame:
    """Pair every landmark with the reports that could be its outcome."""
    left = landmarks.select("landmark_id", "case_id", "landmark_on", "merged_until", "person_id", "exposed_person_id")
    right = reports.select("case_id", "occurred_on", "known_on", "person_id", "exposed_person_id")
    if settings.unit == "household":
        pairs = left.join(right.select("case_id", "occurred_on", "known_on"), on="case_id")
        same_case = pl.lit(value=True)
    else:
        left, right = (_unit_key(frame, settings.unit) for frame in (left, right))
        pairs = left.join(right, on="unit", suffix="_report")
        same_case = pl.col("case_id") == pl.col("case_id_report")
    merged = same_case & (pl.col("occurred_on") <= pl.col("merged_until"))
    later = pl.col("occurred_on") > pl.col("landmark_on")
    return pairs.filter(later & ~merged.fill_null(value=False))


def _unit_key(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    names = ["person_id"] if unit == "person" else ["person_id", "exposed_person_id"]
    key = pl.concat_list(names).list.sort() if len(names) > 1 else pl.concat_list(names)
    return frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in names)).with_columns(unit=key)


def _concerning(landmarks: pl.DataFrame, events: pl.DataFrame, settings: OutcomeSettings) -> pl.DataFrame:
    """Pair every landmark with the gaps and competing events of those it is about."""
    kinds = {*settings.gap_kinds, *settings.competing}
    marks = events.filter(pl.col("kind").is_in(kinds)).select(
        "case_id", "kind", "occurred_on", "known_on", "ended_on", who="person_id"
    )
    about = landmarks.select("landmark_id", "landmark_on", own="case_id", one="person_id", other="exposed_person_id")
    at_home = about.join(marks, left_on="own", right_on="case_id", coalesce=False)
    if settings.whose == "reported":
        theirs = pl.col("who") == pl.col("one")
        at_home = at_home.filter(pl.col("who").is_null() | pl.col("one").is_null() | theirs)
    pairs = [at_home]
    # what is theirs at home comes twice, which does no harm
    for person in {"household": [], "person": ["one"], "dyad": ["one", "other"]}[settings.unit]:
        elsewhere = about.join(marks, left_on=person, right_on="who", coalesce=False)
        pairs.append(elsewhere.select(at_home.columns))
    return pl.concat(pairs)


def _competing(
    landmarks: pl.DataFrame, concerning: pl.DataFrame, cases: pl.DataFrame, settings: OutcomeSettings
) -> pl.DataFrame:
    """Return the first competing event after each landmark, with its code."""
    codes = {kind: code for code, kind in enumerate(settings.competing, start=RE_REPORT + 1)}
    columns = ("landmark_id", "landmark_on", "kind", "occurred_on", "known_on")
    events = concerning.filter(pl.col("kind").is_in(list(codes))).select(columns)
    ended = cases.filter(pl.col("end_reason").is_in(list(codes))).select(
        "case_id", kind="end_reason", occurred_on="observed_until", known_on="observed_until"
    )
    ends = landmarks.select("landmark_id", "landmark_on", "case_id").join(ended, on="case_id").select(columns)
    pairs = pl.concat([events, ends]).filter(pl.col("occurred_on") > pl.col("landmark_on"))
    code = pl.col("kind").replace_strict(codes, return_dtype=pl.Int8)
    ordered = pairs.with_columns(code.alias("code")).sort("landmark_id", "occurred_on", "code", "known_on")
    return ordered.group_by("landmark_id").agg(
        pl.col("occurred_on").first().alias("ended_on"),
        pl.col("known_on").first().alias("end_known_on"),
        pl.col("code").first(),
    )


def _limits(landmarks: pl.DataFrame, cases: pl.DataFrame, settings: OutcomeSettings) -> pl.DataFrame:
    """Return the last day on which each landmark can be followed, and the day on which follow-up of everyone ends."""
    complete = pl.col("observed_until").max() - pl.duration(days=settings.reporting_lag_days)
    observed = cases.select("case_id", pl.min_horizontal("observed_until", complete).alias("limit"))
    close = pl.lit(cases.select(complete).item(), dtype=pl.Date)
    if settings.follow_up_days is not None:
        close = pl.min_horizontal(close, pl.col("landmark_on") + pl.duration(days=settings.follow_up_days))
    limits = landmarks.select("landmark_id", "case_id", "landmark_on", close.alias("close_on"))
    limits = limits.join(observed, on="case_id", how="left", maintain_order="left")
    return limits.with_columns(pl.min_horizontal("limit", "close_on").alias("limit")).drop("case_id")


def _first_of(limits: pl.DataFrame, candidates: pl.DataFrame, competing: pl.DataFrame) -> pl.DataFrame:
    """Take the earliest of re-report, competing event and end of observation; on one day, in that order."""
    first = pl.col("occurred_on") == pl.col("occurred_on").min()
    reported = candidates.group_by("landmark_id").agg(
        pl.col("occurred_on").min().alias("reported_on"),
        pl.col("known_on").filter(first).min().alias("report_known_on"),
    )
    table = limits.join(reported, on="landmark_id", how="left").join(competing, on="landmark_id", how="left")
    stop = pl.min_horizontal("reported_on", "ended_on", "limit")
    is_report = (pl.col("reported_on") == stop).fill_null(value=False)
    is_end = (pl.col("ended_on") == stop).fill_null(value=False)
    return table.select(
        "landmark_id",
        "landmark_on",
        pl.when(is_report).then(RE_REPORT).when(is_end).then("code").otherwise(0).cast(pl.Int8).alias("event"),
        stop.alias("stopped_on"),
        pl.when(is_report).then("report_known_on").when(is_end).then("end_known_on").alias("event_known_on"),
        "close_on",
    ).sort("landmark_id")


def _gaps_of(landmarks: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    pairs = landmarks.select("landmark_id", "landmark_on").join(spells, on="landmark_id")
    pairs = pairs.filter(pl.col("until_on") > pl.col("landmark_on"))
    start = pl.max_horizontal("from_on", "landmark_on")
    return pairs.select("landmark_id", start.alias("from_on"), "until_on").sort("landmark_id", "from_on")


def _with_entry(table: pl.DataFrame, landmarks: pl.DataFrame, settings: OutcomeSettings) -> pl.DataFrame:
    """Add the last day before the time at risk."""
    if not settings.enters_late:
        return table.with_columns(entry_on="landmark_on")
    windows = landmarks.select("landmark_id", "merged_until")
    joined = table.join(windows, on="landmark_id", how="left", maintain_order="left")
    return joined.with_columns(entry_on=pl.max_horizontal("landmark_on", "merged_until")).drop("merged_until")


def _with_durations(table: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """Add days at risk, and drop landmarks that have none."""
    days = ("entry_on", "stopped_on", "close_on")
    length = {day: (pl.col(day) - pl.col("landmark_on")).dt.total_days() for day in days}
    at_entry = table.select("landmark_id", "landmark_on", stopped_on="entry_on")
    timed = table.with_columns(
        days_in_gaps(table, gaps).alias("gap_days"),
        (length["entry_on"] - days_in_gaps(at_entry, gaps)).cast(pl.Float64).alias("entry_days"),
    )
    # an event counted inside a gap has at least its own day at risk
    inside = (pl.col("event") > 0) & (pl.col("stopped_on") > pl.col("entry_on"))
    at_least = pl.when(inside).then(pl.col("entry_days") + 1.0).otherwise(0.0)
    timed = timed.with_columns(
        pl.max_horizontal(length["stopped_on"] - pl.col("gap_days"), at_least).cast(pl.Float64).alias("duration_days"),
        # not less gaps: a gap after a re-report, because of it, would take the re-report out of the followable ones
        length["close_on"].cast(pl.Float64).alias("followable_days"),
    )
    return timed.drop("entry_on").filter(pl.col("duration_days") > 0)
