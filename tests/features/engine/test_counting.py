"""Counts of classes: what is late, of the landmark itself or of its own day is put right, in narrow and wide lanes."""

import numpy as np
import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.cut.layout import NEVER
from hgrisk.features.engine.counting import FEW, count_classes, pack
from tests.builders import build, event, report


def test_lanes_are_packed_side_by_side():
    member = np.array([[True, False, True, False, True], [False, True, False, False, False]])
    narrow, wide = pack(member, np.uint8), pack(member, np.uint32)
    assert narrow.tolist() == [[1 + (1 << 16), 1], [1 << 8, 0]]
    assert wide.tolist() == [[1, 1, 1], [1 << 32, 0, 0]]


LATE = [
    report(0), event("arrest", 1, 5), event("arrest", 2, 60), report(9), event("arrest", 38, 40, at=8),
    event("arrest", 40, at=9), event("arrest", 40, at=11), event("arrest", 40), report(40, at=10), report(70),
]  # fmt: skip


@pytest.mark.parametrize("quiet", [0, FEW + 5])
def test_late_events_and_the_index_incident_are_put_right(quiet):
    events = [*LATE, *(event("advice", -500) for _ in range(quiet))]
    histories = build(events)
    cut = CutHistory.of(histories, select_landmarks(histories, CohortSettings()))
    table = cut.stream("household")
    arrests = (cut.rows.frame["kind"] == "arrest").to_numpy()[table.events["row"]]
    reports = (cut.rows.frame["kind"] == "report").to_numpy()[table.events["row"]]
    member = np.eye(3, dtype=np.bool_)[:, :2]
    counts = count_classes(
        table, (2 - 2 * arrests - reports).astype(np.uint16), member, np.array([30, NEVER], np.int32)
    )
    assert counts.dtype == (np.float32 if quiet else np.uint8)
    assert counts[:, 0].tolist() == [[0, 0], [2, 0], [3, 1]]
    assert counts[:, 1].tolist() == [[0, 0], [3, 2], [6, 3]]
