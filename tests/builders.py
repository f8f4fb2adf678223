"""Small case histories for tests: written by hand in days from a start, or drawn at random to be awkward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import polars as pl
from hypothesis import assume
from hypothesis import strategies as st

from hgrisk.cohort import Cohort, CohortSettings, select_landmarks
from hgrisk.errors import DataError
from hgrisk.features.build import build_features
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.account import RowAccount, no_fates
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.outcome import Outcome, OutcomeSettings, time_to_rereport
from hgrisk.schema import TABLES, column_types

START = date(2020, 1, 1)
BEFORE_ALL, AFTER_ALL = -2000, 2000
"""First and last day of observation of a case that says nothing else."""

Row = dict[str, Any]


def day(n: int | None) -> date | None:
    """Return the n-th day from the start (2020-01-01 is day 0)."""
    return None if n is None else START + timedelta(days=n)


def event(kind: str, occurred: int, known: int | None = None, **rest: Any) -> Row:
    """Return an event of household H1, by days from the start; ``at`` is the hour at which it became known."""
    ended, at = rest.pop("ended", None), rest.pop("at", None)
    known_on = day(occurred if known is None else known)
    known_at = None if at is None else datetime.combine(known_on, time(at))
    dates = {"occurred_on": day(occurred), "known_on": known_on, "ended_on": day(ended), "known_at": known_at}
    return {"case_id": "H1", "kind": kind, **dates, **rest}


def report(occurred: int, known: int | None = None, **rest: Any) -> Row:
    """Return a report."""
    return event("report", occurred, known, **rest)


def case(case_id: str = "H1", first: int = BEFORE_ALL, last: int = AFTER_ALL, **rest: Any) -> Row:
    """Return a case, observed from the first to the last day."""
    return {"case_id": case_id, "observed_from": day(first), "observed_until": day(last), **rest}


def member(case_id: str, person_id: str, first: int | None = None, last: int | None = None) -> Row:
    """Return a membership."""
    return {"case_id": case_id, "person_id": person_id, "from_on": day(first), "until_on": day(last)}


def build(events: Iterable[Row], cases: Iterable[Row] = (), **tables: Iterable[Row]) -> CaseHistories:
    """Build case histories; events get ids e00, e01 ... in the order given, and every household a case."""
    numbered = [{"event_id": f"e{place:02}", **row} for place, row in enumerate(events)]
    stated = {row["case_id"]: row for row in cases}
    for row in [*numbered, *tables.get("memberships", ())]:
        stated.setdefault(row["case_id"], case(row["case_id"]))
    rows = {**tables, "events": numbered, "cases": [stated[case_id] for case_id in sorted(stated)]}
    frames = {name: _frame(name, list(rows.get(name, ()))) for name in TABLES}
    frames["events"] = frames["events"].sort("case_id", "known_on", "occurred_on", "event_id")
    return CaseHistories(**frames, account=RowAccount(pl.DataFrame(), no_fates()))


def _frame(name: str, rows: list[Row]) -> pl.DataFrame:
    types = dict(column_types(name))
    extra = [column for row in rows for column in row if column not in types]
    frame = pl.DataFrame(rows, schema_overrides=types) if rows else pl.DataFrame(schema=types)
    absent = [pl.lit(None, dtype=dtype).alias(column) for column, dtype in types.items() if column not in frame]
    return frame.with_columns(absent).select(*types, *dict.fromkeys(extra))


def follow(histories: CaseHistories, settings: OutcomeSettings | None = None, **cohort: Any) -> Outcome:
    """Return the outcome of the landmarks of a cohort."""
    return time_to_rereport(histories, select_landmarks(histories, CohortSettings(**cohort)), settings)


def first(histories: CaseHistories, merge: int = 14, **settings: Any) -> tuple[int, int, float]:
    """Return event code, day stopped (days from the start) and days at risk of the first landmark of H1."""
    outcome = follow(histories, OutcomeSettings(**settings), merge_window_days=merge, which="first")
    mine = outcome.landmarks.filter(case_id="H1")["landmark_id"].item()
    row = outcome.table.row(by_predicate=pl.col("landmark_id") == mine, named=True)
    return row["event"], (row["stopped_on"] - day(0)).days, row["duration_days"]


def family_row(events: Iterable[Row], family: str, cases: Iterable[Row] = (), **cohort: Any) -> pd.Series:
    """Return the features of one family at the last landmark."""
    histories = build(events, cases)
    chosen = select_landmarks(histories, CohortSettings(**cohort))
    return build_features(histories, chosen, FeatureSettings(families=(family,))).X.iloc[-1]


def shuffled(histories: CaseHistories, seed: int) -> CaseHistories:
    """Return the same histories with the rows of every table in another order."""
    frames = {name: getattr(histories, name).sample(fraction=1, shuffle=True, seed=seed) for name in TABLES}
    return CaseHistories(**frames, account=histories.account)


KINDS = (
    *("report",) * 5, "follow_up_report", "advice", "radar_link", "arrest", "detention", "detention", "involvement",
    "screening", "screening", "case_closed", "death",
)  # fmt: skip
BASES = (date(2020, 1, 20), date(1969, 12, 10), date(2021, 5, 1), date(1900, 2, 10))
"""Days from which random histories start: they cross a leap day, 1970, nothing, and the February of 1900."""

_OFFSETS = st.integers(0, 45) | st.integers(0, 400)
_PERSONS = st.sampled_from(("p", "q", None))


@st.composite
def _event(draw: st.DrawFn, base: date, until: dict[str, date]) -> Row:
    case_id = draw(st.sampled_from(("A", "A", "A", "B", "B", "C")))
    occurred = base + timedelta(days=draw(_OFFSETS) % ((until[case_id] - base).days + 1))
    known = occurred + timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 2, 7, 30))))
    hour = draw(st.none() | st.integers(8, 11))
    length = draw(st.none() | st.integers(0, 30))
    corrected = draw(st.sampled_from((None, None, 0, 1, 14)))
    return {
        "case_id": case_id,
        "kind": draw(st.sampled_from(KINDS)),
        "person_id": draw(_PERSONS),
        "exposed_person_id": draw(_PERSONS),
        "code": draw(st.sampled_from((None, "a", "b"))),
        "further_kinds": draw(st.sampled_from((None, None, "b;c"))),
        "occurred_on": occurred,
        "known_on": known,
        "known_at": None if hour is None else datetime.combine(known, time(hour)),
        "ended_on": None if length is None else occurred + timedelta(days=length),
        "corrected_on": None if corrected is None else known + timedelta(days=corrected),
        "severity": draw(st.sampled_from((None, 1.0, 2.0, 3.5))),
        "source": draw(st.sampled_from((None, "police"))),
    }


@st.composite
def _spell(draw: st.DrawFn, base: date) -> Row:
    first = draw(st.none() | st.integers(-40, 60))
    length = draw(st.none() | st.integers(0, 60))
    begun = base + timedelta(days=first or 0)
    return {
        "case_id": draw(st.sampled_from(("A", "B", "C"))),
        "from_on": None if first is None else begun,
        "until_on": None if length is None else begun + timedelta(days=length),
    }


@st.composite
def random_histories(draw: st.DrawFn, min_events: int = 0) -> CaseHistories:
    """Draw three households with ties, late knowledge, instants, open spells and shared persons."""
    base = draw(st.sampled_from(BASES))
    last = base + timedelta(days=draw(st.sampled_from((500, 120, 60))))
    cases = [
        {
            "case_id": name,
            "region": draw(st.sampled_from((None, "north", "south"))),
            "observed_from": base - timedelta(days=draw(st.sampled_from((800, 20, 0)))),
            "observed_until": draw(st.sampled_from((last, last, last, base + timedelta(days=40)))),
            "end_reason": draw(st.sampled_from((None, "death", "moved_out_of_region", "end_of_data"))),
        }
        for name in ("A", "B", "C")
    ]
    until = {row["case_id"]: row["observed_until"] for row in cases}
    events = draw(st.lists(_event(base, until), min_size=min_events, max_size=14))
    if min_events:  # most cohorts then have a landmark
        dates = {"occurred_on": base + timedelta(days=10), "known_on": base + timedelta(days=10)}
        events += [{"case_id": "A", "person_id": "p", "kind": kind, **dates} for kind in ("report", "screening")]
    members = draw(st.lists(_spell(base), max_size=5))
    stays = draw(st.lists(_spell(base), max_size=2))
    return build(
        events,
        cases,
        memberships=[{**row, "person_id": draw(st.sampled_from(("p", "q")))} for row in members],
        case_regions=[{**row, "region": draw(st.sampled_from(("north", "south")))} for row in stays],
        regions=[
            {"region": "north", "valid_until": base + timedelta(days=30), "successor": "east"},
            {"region": "east", "valid_until": None, "successor": None},
        ],
    )


@st.composite
def cohort_settings(draw: st.DrawFn, histories: CaseHistories) -> CohortSettings:
    """Draw settings of a cohort whose dates fall among those of the histories."""
    known = sorted(set(histories.events["known_on"].to_list())) or [START]
    a_day = st.sampled_from(known).flatmap(lambda on: st.sampled_from([on + timedelta(days=n) for n in (1, 9, 0)]))
    common = {
        "report_kinds": draw(st.sampled_from((("report", "follow_up_report"), ("report",)))),
        "merge_window_days": draw(st.sampled_from((0, 7, 14, 28))),
        "lookback": draw(st.sampled_from(("none", "none", "require", "cap", "require_and_cap"))),
        "lookback_days": draw(st.sampled_from((15, 1, 100))),
    }
    if draw(st.integers(0, 3)) == 0:
        dates = draw(st.lists(a_day, min_size=1, max_size=4))
        window = draw(st.sampled_from((365, 20, 5)))
        return CohortSettings(landmarks="calendar", dates=dates, open_within_days=window, **common)
    kinds = (
        ("report",),
        ("report", "follow_up_report"),
        ("screening",),
        ("report", "screening"),
        ("screening", "advice"),
    )
    return CohortSettings(
        landmark_kinds=draw(st.sampled_from(kinds)),
        which=draw(st.sampled_from(("all", "all", "first"))),
        index_within_days=draw(st.sampled_from((None, 30, 10, 0))),
        index_required=draw(st.sampled_from((True, True, False))),
        from_on=draw(st.none() | st.none() | st.sampled_from(known[: len(known) // 2 + 1])),
        until_on=draw(st.none() | st.none() | st.sampled_from(known[len(known) // 2 :])),
        **common,
    )


@st.composite
def random_cohorts(draw: st.DrawFn) -> tuple[CaseHistories, Cohort]:
    """Draw histories and a cohort of them that has a landmark."""
    histories = draw(random_histories(min_events=7))
    settings = draw(cohort_settings(histories))
    try:
        return histories, select_landmarks(histories, settings)
    except DataError as error:
        assume("at least one landmark" not in str(error))
        raise
