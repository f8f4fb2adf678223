"""The feature family that CONTRIBUTING.md shows works as printed, and does not leak."""

import re
from pathlib import Path

import numpy as np
import pytest

from hgrisk.cohort import select_landmarks
from hgrisk.features import registry
from hgrisk.features.build import build_features
from hgrisk.features.canary import leak_canary
from hgrisk.features.catalogue import catalogue_page
from hgrisk.features.settings import FeatureSettings
from tests.builders import build, report

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
MOST_LINES = 15
SETTINGS = FeatureSettings(families=("police",), recent_days=200)


@pytest.fixture
def code(monkeypatch):
    """The code of the page, its family being known."""
    found = re.search(r"```python\n(.*?FAMILY.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    room = {}
    exec(found.group(1), room)  # noqa: S102
    family = room["FAMILY"]
    known = {**registry.families(), family.name: family}
    monkeypatch.setattr(registry, "families", lambda: known)
    return found.group(1)


def test_the_family_of_contributing_is_short(code):
    assert len([line for line in code.splitlines() if line.strip()]) <= MOST_LINES


def test_the_family_of_contributing_counts_and_does_not_leak(code):  # noqa: ARG001
    by_police = {"source": "police_and_justice"}
    histories = build([report(0, **by_police), report(150, source="health_care"), report(300, **by_police)])
    cohort = select_landmarks(histories)
    X = build_features(histories, cohort, SETTINGS).X
    assert X["by_police_200d"].tolist() == [0, 1, 0]
    np.testing.assert_array_equal(X["police_part"], [np.nan, 1.0, 0.5])
    assert leak_canary(histories, cohort, SETTINGS).changed == ()


def test_the_page_names_what_a_family_of_its_own_computing_has(code):  # noqa: ARG001
    text = PAGE.read_text(encoding="utf-8")
    (own,) = re.findall(r"`(\w+)` and `(\w+)` do so", text)
    assert all(registry.families()[name].compute is not None for name in own)
    assert "`by_police_200d`" in catalogue_page(SETTINGS)
