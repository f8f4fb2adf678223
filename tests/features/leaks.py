"""Leaks to plant: columns that know too much, and a family that uses them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from hgrisk.cohort import Cohort
from hgrisk.features import registry
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.registry import families
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.view import HistoryView
from hgrisk.histories.case_histories import CaseHistories
from tests.builders import build, case, event, member, report

Leak = Callable[[CaseHistories, Cohort], pl.DataFrame]


def delivery(n: int = 24, seed: int = 3, *, bare: bool = False) -> CaseHistories:
    """Return households with spells, late knowledge, instants and shared persons; or bare, with reports alone."""
    rng = np.random.default_rng(seed)
    events, memberships, persons = [], [], []
    for number in range(n):
        name = {"case_id": f"H{number:02}"}
        whom = {**name, "person_id": f"p{number}", "exposed_person_id": f"q{number}"}
        for on in np.cumsum(rng.integers(20, 90, 6)).tolist():
            late, score = int(rng.integers(0, 10)), float(rng.integers(1, 5))
            events.append(report(on, on + late, at=int(rng.integers(8, 12)), severity=score, **whom))
            if bare:
                continue
            events.append(event("arrest", on, on + late, at=int(rng.integers(8, 17)), **name))
            length = int(rng.integers(1, 200))
            events.append(event("detention", on, ended=on + length, value=length, **name))
        memberships += [member(name["case_id"], f"p{number}"), member(name["case_id"], f"p{number // 2 * 2}", 300)]
        persons.append({"person_id": f"p{number}", "born_on": None})
    cases = [case(f"H{number:02}", last=700, region="north" if number % 2 else "south") for number in range(n)]
    return build(events, cases, memberships=memberships, persons=persons)


def pairs(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Return every landmark with every event of its household."""
    columns = ["landmark_id", "case_id", "landmark_on", "landmark_at", "observed_until", "network_id"]
    return cohort.landmarks.select(columns).join(histories.events, on="case_id")


def count(rows: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
    """Return how many rows of each landmark meet a condition, as ``planted``."""
    return rows.filter(where).group_by("landmark_id").agg(planted=pl.len())


def known_before(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """No leak."""
    return count(pairs(histories, cohort), pl.col("known_on") < pl.col("landmark_on"))


def known_on_the_day(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Events of the landmark's own day, whatever their instant."""
    return count(pairs(histories, cohort), pl.col("known_on") <= pl.col("landmark_on"))


def known_later_that_day(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Events of the landmark's own day with any instant."""
    on_the_day = (pl.col("known_on") == pl.col("landmark_on")) & pl.col("known_at").is_not_null()
    return count(pairs(histories, cohort), (pl.col("known_on") < pl.col("landmark_on")) | on_the_day)


def occurred_before(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Events that had occurred, known or not."""
    return count(pairs(histories, cohort), pl.col("occurred_on") < pl.col("landmark_on"))


def further_kinds(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Codes of events that became known later."""
    rows = pairs(histories, cohort)
    return rows.filter(pl.col("known_on") > pl.col("landmark_on")).group_by("landmark_id").agg(
        planted=pl.col("code").n_unique()
    )  # fmt: skip


def ends_of_spells(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """The ends of spells that had begun."""
    known = pairs(histories, cohort).filter(pl.col("known_on") < pl.col("landmark_on"))
    return known.group_by("landmark_id").agg(
        (pl.col("ended_on") - pl.col("landmark_on")).dt.total_days().max().alias("planted")
    )


def corrections(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Severities as they were corrected, whenever that was."""
    known = pairs(histories, cohort).filter(pl.col("known_on") < pl.col("landmark_on"))
    return known.group_by("landmark_id").agg(planted=pl.col("severity").sum())


def named_anywhere(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Events in other households that named the person of the landmark, whenever they became known."""
    named = cohort.landmarks.select("landmark_id", "person_id", own="case_id").join(histories.events, on="person_id")
    return count(named, pl.col("own") != pl.col("case_id"))


def end_of_the_case(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """The end of observation in the cases."""
    seen = pairs(histories, cohort).select("landmark_id", "case_id").unique().join(histories.cases, on="case_id")
    return seen.select("landmark_id", planted=pl.col("observed_until").dt.epoch("d"))


def end_of_the_landmark(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:  # noqa: ARG001
    """The end of observation beside the landmarks."""
    return cohort.landmarks.select("landmark_id", planted=pl.col("observed_until").dt.epoch("d"))


def members_whenever_they_came(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Persons who ever belong to the household."""
    links = cohort.landmarks.select("landmark_id", "case_id").join(histories.memberships, on="case_id")
    return links.group_by("landmark_id").agg(planted=pl.col("person_id").n_unique())


def ends_of_memberships(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """Persons who ever leave the household."""
    links = cohort.landmarks.select("landmark_id", "case_id").join(histories.memberships, on="case_id")
    return links.group_by("landmark_id").agg(planted=pl.col("until_on").count())


def birthdays(histories: CaseHistories, cohort: Cohort) -> pl.DataFrame:
    """The last birthday of any member, born or not."""
    links = cohort.landmarks.select("landmark_id", "case_id").join(histories.memberships, on="case_id")
    born = links.join(histories.persons, on="person_id").group_by("landmark_id").agg(pl.col("born_on").max())
    return born.select("landmark_id", planted=pl.col("born_on").dt.epoch("d"))


LEAKS = (
    known_on_the_day, known_later_that_day, occurred_before, further_kinds, ends_of_spells, named_anywhere,
    end_of_the_case, end_of_the_landmark, members_whenever_they_came, ends_of_memberships,
)  # fmt: skip
"""Leaks that a plain delivery holds."""


def plant(monkeypatch: pytest.MonkeyPatch, leak: Leak) -> None:
    """Let the view show a leaking column, and a family use it."""
    view_of = CutHistory.view

    def leaking(self: CutHistory, covariates: tuple[str, ...], regional: pl.DataFrame | None) -> HistoryView:
        view = view_of(self, covariates, regional)
        known = leak(self.histories, self.cohort)
        return replace(view, landmarks=view.landmarks.join(known, on="landmark_id", how="left", maintain_order="left"))

    monkeypatch.setattr(CutHistory, "view", leaking)
    plant_family(monkeypatch, lambda view, _: view.landmarks.select("landmark_id", pl.col("planted").cast(pl.Float64)))


def plant_family(monkeypatch: pytest.MonkeyPatch, compute: Any = None, **spec: Any) -> None:
    """Let there be a family ``planted`` with one feature of that name."""
    feature = FeatureSpec("planted", "planted", "", "a leak", "een lek", **spec)
    known = {**families(), "planted": Family("planted", lambda _: (feature,), compute)}
    monkeypatch.setattr(registry, "families", lambda: known)
