"""The made-up landmarks of the tests of validation."""

from __future__ import annotations

import pytest

from hgrisk.dataset import Dataset
from tests.validation.conftest import make_data


@pytest.fixture(scope="session")
def data() -> Dataset:
    """About a thousand landmarks."""
    return make_data()
