"""The calibrated quantities: each once, with a target in a source."""

from hgrisk.simulate.calibration.quantities import QUANTITIES, RATIOS, REGIONAL


def test_every_quantity_is_named_once():
    names = [quantity.name for quantity in QUANTITIES]
    assert len({*names}) == len(names)
    assert [*RATIOS, REGIONAL] == names


def test_every_quantity_is_a_definition_with_a_source_and_a_tolerance():
    for quantity in QUANTITIES:
        assert quantity.description.endswith(".")
        assert quantity.source
        assert 0 < quantity.tolerance <= 0.15


def test_ranges_of_one_sided_targets():
    found = {quantity.name: (quantity.target, quantity.tolerance) for quantity in QUANTITIES}
    for name in ("first_year_re_reports_within_122_days", "violence_in_days_365_to_548"):
        assert found[name] == (0.6, 0.1)
    assert found["known_before_2023"] == (0.635, 0.035)
