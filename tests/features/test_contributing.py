"""The feature family that CONTRIBUTING.md shows works as printed, and does not leak."""

import re
from pathlib import Path

import polars as pl

from hgrisk.cohort import select_landmarks
from hgrisk.features import registry
from hgrisk.features.build import build_features
from hgrisk.features.canary import leak_canary
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.case_histories import CaseHistories

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
EVENTS = [
    ("a", "2020-01-01", "police_and_justice"),
    ("b", "2020-06-01", "health_care"),
    ("c", "2021-01-01", "police_and_justice"),
]


def test_the_family_of_contributing_counts_and_does_not_leak(monkeypatch):
    code = re.search(r"```python\n(.*?FAMILY.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    room = {}
    exec(code.group(1), room)  # noqa: S102
    families = {**registry.families(), "reporters": room["FAMILY"]}
    monkeypatch.setattr(registry, "families", lambda: families)
    frame = {
        "event_id": [key for key, _, _ in EVENTS],
        "case_id": ["H1"] * 3,
        "kind": ["report"] * 3,
        "occurred_on": [day for _, day, _ in EVENTS],
        "source": [who for _, _, who in EVENTS],
    }
    cases = {"case_id": ["H1"], "observed_from": ["2019-01-01"], "observed_until": ["2022-01-01"]}

    histories = CaseHistories.read({"events": pl.DataFrame(frame), "cases": pl.DataFrame(cases)})
    cohort = select_landmarks(histories)
    settings = FeatureSettings(families=("reporters",))
    assert build_features(histories, cohort, settings).X["police_reports"].tolist() == [0.0, 1.0, 1.0]
    assert leak_canary(histories, cohort, settings).changed == ()
