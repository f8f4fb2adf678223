"""Which rows belong to a selection."""

from itertools import pairwise

import pytest

from hgrisk.features.cut.event_rows import EventRows
from hgrisk.features.engine.selecting import Selector
from hgrisk.features.measures import Events
from hgrisk.histories.incidents import mark_incidents
from tests.builders import build, event, report

ROWS = [
    report(0, code="a", further_kinds="b; c", source="police"),
    report(3, code="c", source="school"),
    report(50, further_kinds="a"),
    event("signal", 60, code="alcohol", value=1.0),
    event("signal", 61, code="alcohol", value=0.0),
    event("signal", 62, code="alcohol"),
    event("signal", 63, code="drugs", value=7.0),
]


def chosen(**conditions):
    events = Events(**conditions)
    rows = EventRows.of(mark_incidents(build(ROWS).events, ("report",), 14), ("report",))
    mask = Selector(rows, [events, Events(values=(1.0,))]).rows_of(events)
    return "".join(name[-1] for name in rows.frame["event_id"].filter(mask))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, "023456"),
        ({"once": False}, "0123456"),
        ({"reports": True}, "02"),
        ({"reports": True, "once": False}, "012"),
        ({"kinds": ("signal",)}, "3456"),
        ({"kinds": ("signal", "report"), "codes": ("drugs", "a")}, "026"),
        ({"codes": ("c",), "once": False}, "01"),
        ({"codes": ("b",)}, "0"),
        ({"codes": ("absent",)}, ""),
        ({"sources": ("police", "school"), "once": False}, "01"),
        ({"values": (1.0,)}, "3"),
        ({"values": (0.0, 1.0)}, "34"),
        ({"values": (None,), "kinds": ("signal",)}, "5"),
        ({"values": (None, 0.0), "kinds": ("signal",)}, "45"),
        ({"values": (5.0,)}, ""),
    ],
)
def test_conditions_hold_together(conditions, expected):
    assert chosen(**conditions) == expected


def test_all_codes_of_a_row_are_listed():
    rows = EventRows.of(mark_incidents(build(ROWS).events, ("report",), 14), ("report",))
    labels, offsets, n = Selector(rows, []).code_lists
    lists = [sorted(labels[start:stop].tolist()) for start, stop in pairwise(offsets)]
    names = ["a", "alcohol", "b", "c", "drugs"]
    assert n == len(names)
    assert [[names[label] for label in own] for own in lists] == [
        ["a", "b", "c"], ["c"], ["a"], ["alcohol"], ["alcohol"], ["alcohol"], ["drugs"],
    ]  # fmt: skip


def test_more_combinations_than_fit_a_table_are_numbered_all_the_same():
    rows = [event(f"k{n}", 0, code=f"c{n}", source=f"s{n}", further_kinds=f"f{n}") for n in range(60)]
    ordered = EventRows.of(mark_incidents(build(rows).events, ("report",), 14), ("report",))
    selector = Selector(ordered, [])
    assert selector.n_combinations == 60
    assert selector.rows_of(Events(kinds=("k7",))).sum() == 1
