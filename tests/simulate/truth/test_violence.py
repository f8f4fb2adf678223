"""Every incident as a table."""

import numpy as np
import polars as pl

from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.truth.violence import violence_table
from tests.simulate.truth.made_block import make_block

KEYS = pl.Series([f"key {place}" for place in range(100_000)])


def test_every_incident_is_there():
    _, incidents, reports, _ = make_block(6)
    table = violence_table(incidents, reports, KEYS)
    assert table["case_id"].to_list() == [f"key {home}" for home in incidents.household]
    assert table["relation"].to_list() == (incidents.relation + 1).tolist()
    assert table["at"].to_list() == incidents.at.tolist()
    assert table["kind"].to_list() == [KINDS[kind] for kind in incidents.kind]
    for name in ("severity", "witnessed", "reversed"):
        assert table[name].to_list() == getattr(incidents, name).tolist()
    assert table["reported"].to_list() == (incidents.report >= 0).tolist()


def test_a_reported_incident_has_the_day_of_its_report():
    _, incidents, reports, _ = make_block(6)
    table = violence_table(incidents, reports, KEYS)
    wanted = [None if place < 0 else np.datetime64(int(reports.on[place]), "D").item() for place in incidents.report]
    assert table["reported_on"].to_list() == wanted
    assert table.schema["reported_on"] == pl.Date
