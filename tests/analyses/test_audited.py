"""The audit of a run: groups, proxies and supposed differences in reporting, and columns that are not there."""

import pytest

from hgrisk.analyses.audited import audit_tables
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import ConfigError


def test_groups_are_of_every_audit_column_and_of_the_models_asked_for(rich):
    table = rich.folder.content.further["audit_groups"]
    assert set(table["model"]) == {"card"}
    assert set(table["attribute"]) == {"all", "region", "end_reason"}
    assert table.loc[~table["shown"], "estimate"].isna().all()


def test_an_attribute_that_no_model_sees_is_looked_for_where_it_is_known(rich):
    further = rich.folder.content.further
    assert set(further["audit_proxy"]["attribute"]) == {"end_reason"}
    assert "unknown" not in set(further["audit_proxy"]["level"])


def test_a_supposed_difference_is_tabled_by_scenario(rich):
    table = rich.folder.content.further["audit_label_bias"]
    assert set(table["attribute"]) == {"region"}
    assert set(table["level"]) == {"Utrecht"}
    assert table["scenario"].nunique() == 3


def test_a_group_that_is_not_there_is_refused_by_name(rich):
    settings = AuditSettings(reported_more={"region": ("Nowhere",)}, n_resamples=0)
    text = r"^A group reported more often is a value of 'region', but found 'Nowhere': use one of "
    with pytest.raises(ConfigError, match=text):
        audit_tables({}, rich.prepared.test, 365, settings, seed=1)
