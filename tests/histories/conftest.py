"""Deliveries to read: CSV texts in a folder, or mapped frames."""

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.mapping import MappingFile

ORIGINS = {"case_id": "case_id", "kind": "kind", "occurred_on": "occurred_on"}


@pytest.fixture
def deliver(tmp_path):
    """Write tables as CSV files and return their folder."""

    def write(**tables: str | bytes) -> Path:
        for name, content in tables.items():
            raw = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.csv").write_bytes(raw)
        return tmp_path

    return write


@pytest.fixture
def mapped():
    """Read one events source, given as columns, through a mapping."""

    def read(
        data: Any, columns: dict[str, Any] | None = None, extracted_on: str | None = None, **source: Any
    ) -> CaseHistories:
        frame = pl.DataFrame(data) if isinstance(data, dict) else data
        own = {"table": "events", "file": "events", "columns": {**ORIGINS, **(columns or {})}, **source}
        plan = {"name": "test", "source": [own], "extracted_on": extracted_on}
        return CaseHistories.read({"events": frame}, MappingFile.parse(plan, "mapping.toml"))

    return read


@pytest.fixture
def events():
    """Make sound events, one per household, as a dict of columns of text."""

    def make(n: int = 2, **columns: list[Any]) -> dict[str, list[Any]]:
        rows = max((len(column) for column in columns.values()), default=n)
        sound = {
            "case_id": [f"H{row}" for row in range(1, rows + 1)],
            "kind": ["report"] * rows,
            "occurred_on": ["2019-01-05"] * rows,
        }
        return {**sound, **columns}

    return make


@pytest.fixture
def fates():
    """Return (row, status, reason) of the rows of a source that are not used."""

    def of(histories: CaseHistories, source: str | None = None) -> list[tuple[int, str, str]]:
        unused = histories.account.unused
        if source is not None:
            unused = unused.filter(source=source)
        return unused.select("source_row", "status", "reason").rows()

    return of


@pytest.fixture(params=["pandas", "polars"])
def frame(request):
    """Make a frame of each library from a dict of columns."""
    return pd.DataFrame if request.param == "pandas" else pl.DataFrame
