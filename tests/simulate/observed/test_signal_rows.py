"""Signals, advice, radar links, and what ends or begins with a birthday."""

from dataclasses import replace

import numpy as np
import pytest

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.people import ADULT, ELDEST
from hgrisk.simulate.observed.rows import CODES, EVENT_KINDS, NONE
from hgrisk.simulate.observed.signal_rows import end_rows, quiet_rows, signal_rows
from hgrisk.simulate.parameters.population import SIGNALS
from hgrisk.simulate.parameters.reporting import SOURCES
from hgrisk.simulate.records import DIED, LOST, NEVER
from tests.simulate.observed.builders import on, plain_block, plain_homes, with_reporting

MANY = 20_000
LAYMAN, POLICE = SOURCES.index("non_professional"), 0


def by_kind(parts):
    return {EVENT_KINDS[part["kind"][0]]: part for part in parts if part.size}


def test_all_signals_of_an_assessment_on_one_day():
    block = plain_block(["2020-01-01"] * 2000, assessed_on=on("2020-01-08"))
    rows = signal_rows(block, np.random.default_rng(0))
    assert rows.size % len(SIGNALS) == 0
    assert rows.size / len(SIGNALS) / 2000 == pytest.approx(0.7, abs=0.04)
    table = rows.reshape(-1, len(SIGNALS))
    assert [CODES[code] for code in table["code"][0]] == list(SIGNALS)
    assert (table["value"] == [1, 0, NONE, 0, 1]).all()
    for field in ("known", "report", "occurred"):
        assert (table[field] == table[field][:, :1]).all()
    assert set((rows["known"] - rows["occurred"]).tolist()) == {0, 1, 2}
    assert set(rows["occurred"].tolist()) == {on("2020-01-08")}


def test_no_signals_without_an_assessment_that_was_observed():
    homes = plain_homes(terminal=DIED, terminal_at=on("2020-01-07") + 0.5)
    days = [on("2018-06-01"), NEVER, on("2020-01-08")]
    block = plain_block(["2018-05-01", "2020-01-01", "2020-01-02"], homes=homes, assessed_on=days)
    for seed in range(10):
        assert signal_rows(block, np.random.default_rng(seed)).size == 0


def quiet(days, seed=0, **reporting):
    """Return the rows about incidents that nobody reported."""
    block = plain_block(days, scenario=with_reporting(**reporting))
    unreported = replace(block.incidents, report=np.full(len(days), -1))
    block = BlockArrays.of(block.scenario, block.homes, unreported, block.reports)
    return by_kind(quiet_rows(block, np.random.default_rng(seed)))


def test_advice_and_radar_links_at_their_shares_and_by_whom():
    rows = quiet(["2020-01-01"] * MANY, advice_share=0.5, radar_share=0.2)
    advice, radar = rows["advice"]["source"], rows["radar_link"]["source"]
    assert advice.size / MANY == pytest.approx(0.5, abs=0.02)
    assert radar.size / MANY == pytest.approx(0.2, abs=0.02)
    assert np.mean(advice == LAYMAN) == pytest.approx(0.44, abs=0.02)
    assert {LAYMAN, POLICE} & set(radar.tolist()) == set()
    assert POLICE not in advice
    shares = with_reporting().reporting.other_sources
    whole = 1 - shares["non_professional"]
    found = np.bincount(radar, minlength=len(SOURCES))[1:LAYMAN] / radar.size
    assert found == pytest.approx([shares[name] / whole for name in SOURCES[1:LAYMAN]], abs=0.03)


def test_advice_only_about_what_was_not_reported_and_in_the_period():
    days = ["2014-12-31", "2015-01-01", "2024-12-31", "2025-01-01"]
    rows = quiet(days, advice_share=1.0, radar_share=1.0)
    for kind in ("advice", "radar_link"):
        assert rows[kind]["occurred"].tolist() == [on("2015-01-01"), on("2024-12-31")]
    reported = plain_block(days, scenario=with_reporting(advice_share=1.0, radar_share=1.0))
    assert by_kind(quiet_rows(reported, np.random.default_rng(0))) == {}


def test_professionals_are_found_without_shares():
    sources = dict.fromkeys(SOURCES[1:], 0.0) | {"non_professional": 1.0}
    rows = quiet(["2020-01-01"], radar_share=1.0, advice_share=0.0, other_sources=sources)
    assert rows["radar_link"]["source"].tolist() == [SOURCES.index("other_professional")]


@pytest.mark.parametrize(("reason", "kind", "person"), [(DIED, "death", ADULT), (LOST, "moved_out_of_region", NONE)])
def test_the_end_of_observation(reason, kind, person):
    homes = plain_homes(terminal=reason, terminal_at=on("2020-01-07") + 0.5, child_born_on=NEVER)
    rows = by_kind(end_rows(plain_block(["2020-01-01"], homes=homes)))
    assert list(rows) == [kind]
    assert rows[kind][["occurred", "known", "person"]].tolist() == [(on("2020-01-07"), on("2020-01-07"), person)]


def test_the_youngest_child_comes_of_age_while_observed():
    born = [
        [on("1995-01-01"), on("1997-01-01"), NEVER], [on("1995-01-01"), on("1996-01-01"), on("1997-01-02")],
        [on("2006-12-31"), NEVER, NEVER], [on("2000-01-01"), on("2007-01-01"), NEVER], [NEVER] * 3,
    ]  # fmt: skip
    block = plain_block(["2020-01-01"], homes=plain_homes(5, child_born_on=born))
    rows = by_kind(end_rows(block))["child_turned_18"]
    assert rows[["home", "occurred", "known", "person"]].tolist() == [
        (1, on("2015-01-02"), on("2015-01-02"), 6 + ELDEST + 2), (2, on("2024-12-31"), on("2024-12-31"), 12 + ELDEST),
    ]  # fmt: skip
