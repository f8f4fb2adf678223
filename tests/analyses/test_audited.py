"""The audit of a run: groups, proxies and supposed differences in reporting, and columns that are not there."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hgrisk.analyses.audited import audit_tables, check_audited
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import ConfigError, DataError


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


def with_column(data, values):
    return replace(data, landmarks=data.landmarks.with_columns(pl.Series("origin", values)))


def test_a_level_of_a_few_rows_is_never_named_by_the_refusal(rich):
    test = rich.prepared.test
    _, place = np.unique(test.clusters, return_inverse=True)
    origins = np.select([place < 9, place < 19], ["rare", "small"], "large").tolist()
    assert origins.count("rare") > 9  # rows, of nine networks
    settings = AuditSettings(reported_more={"origin": ("rar",)}, n_resamples=0)
    with pytest.raises(ConfigError) as caught:
        check_audited(rich.prepared.whole, with_column(test, origins), settings)
    assert str(caught.value) == (
        "A group reported more often is a value of 'origin', but found 'rar': use one of large, small."
    )
    check_audited(
        rich.prepared.whole,
        with_column(test, origins),
        settings.model_copy(update={"reported_more": {"origin": ["rare"]}}),
    )
    few = with_column(test, [f"level {place // 9}" for place in range(len(test.X))]).take(
        replace(test.outcome, table=test.outcome.table[:90])
    )
    with pytest.raises(ConfigError, match=r"but found 'rar': use a column with larger groups\.$"):
        check_audited(rich.prepared.whole, few, settings)


def test_an_attribute_that_no_model_may_see_is_looked_for_in_every_landmark(rich):
    whole = rich.prepared.whole
    seen = whole.X.iloc[:, 0]
    settings = AuditSettings(only_audit=("origin",))
    told = with_column(whole, (seen > seen.median()).map({True: "more", False: "less"}).to_list())
    with pytest.raises(DataError, match=r"^No feature gives away an attribute that no model may see, but found "):
        check_audited(told, rich.prepared.test, settings)
    check_audited(rich.prepared.whole, rich.prepared.test, AuditSettings(only_audit=("end_reason",)))
