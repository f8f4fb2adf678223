"""The family region: where the household lived at the landmark."""

from tests.builders import case, family_row, report


def test_the_region_is_a_text_and_unknown_is_missing():
    assert family_row([report(0)], "region", [case(region="Zeeland")])["region"] == "Zeeland"
    assert family_row([report(0)], "region")["region"] is None
