"""The family safety_domain: what police and justice did, in the household and to the person reported."""

from hgrisk.features.safety_domain import describe
from hgrisk.features.settings import FeatureSettings
from tests.builders import event, family_row, report


def safety(*events, **names):
    """Return the family at a report of day 1000 in H1, the last of all households."""
    return family_row([*events, report(1000, **names)], "safety_domain")


class TestHousehold:
    """What happened in this household."""

    def test_each_kind_counts_recently_and_ever(self):
        kinds = {"arrest": 3, "barring_order_breach": 2, "charge": 1, "disposal": 4, "barring_order_extended": 5}
        x = safety(
            *(event(kind, 635 + place) for kind, n in kinds.items() for place in range(n)),
            *(event(kind, 634) for kind in kinds),
            event("barring_order", 900),
        )
        stems = ("arrests", "order_breaches", "charges", "disposals", "extended_orders")
        assert [x[f"{stem}_365d"] for stem in stems] == [3, 2, 1, 4, 5]
        assert [x[f"{stem}_ever"] for stem in stems] == [4, 3, 2, 5, 6]
        assert (x["days_since_arrests"], x["days_since_order_breaches"]) == (363, 364)

    def test_detention_counts_what_lasts_and_what_was_seen_to_end(self):
        x = safety(
            event("detention", 100, ended=160),
            event("detention", 700, ended=720),
            event("detention", 990, ended=1000),
            event("shelter", 900, ended=930),
            event("shelter", 950),
        )
        assert (x["detentions_365d"], x["detentions_ever"], x["detentions_active"]) == (2, 3, 1)
        assert (x["days_since_detentions_ended"], x["detentions_days"]) == (280, 60 + 20 + 10)

    def test_a_household_without_any_has_counts_of_zero(self):
        x = safety().drop(person_names())
        since = [name for name in x.index if name.startswith("days_since")]
        assert x[since].isna().all()
        assert (x.drop(since) == 0).all()

    def test_other_households_do_not_count(self):
        x = safety(event("arrest", 900, case_id="H0", person_id="p"), person_id="p")
        assert (x["arrests_ever"], x["reported_person_arrests_ever"]) == (0, 1)


class TestPerson:
    """What the person now reported as perpetrator had before, in any household."""

    def test_it_counts_in_any_household_and_for_nobody_else(self):
        x = safety(
            event("arrest", 400, case_id="H0", person_id="p"),
            event("arrest", 950, person_id="p"),
            event("arrest", 970, person_id="q"),
            event("barring_order_breach", 300, case_id="H0", person_id="p"),
            event("barring_order_breach", 900, case_id="H0", person_id="p"),
            event("charge", 500, case_id="H0", person_id="p"),
            event("detention", 510, case_id="H0", person_id="p", ended=540),
            event("detention", 600, person_id="p", ended=610),
            event("detention", 980, case_id="H0", person_id="p"),
            event("shelter", 800, person_id="p", ended=820),
            event("detention", 700, person_id="q", ended=710),
            person_id="p",
        )
        assert (x["reported_person_arrests_365d"], x["reported_person_arrests_ever"]) == (1, 2)
        assert x["days_since_reported_person_arrests"] == 50
        assert (x["reported_person_order_breaches_365d"], x["reported_person_order_breaches_ever"]) == (1, 2)
        assert (x["reported_person_charges_365d"], x["reported_person_charges_ever"]) == (0, 1)
        assert (x["reported_person_detentions_ever"], x["reported_person_detentions_active"]) == (3, 1)
        assert x["days_since_reported_person_detentions_ended"] == 390
        assert x["reported_person_detentions_days"] == 30 + 10 + 20

    def test_a_report_that_names_nobody_leaves_it_empty_and_says_why(self):
        names = person_names()
        assert len(names) == 11
        assert safety(event("arrest", 900, person_id="p"))[names].isna().all()

    def test_it_can_be_left_out(self):
        names = {spec.name for spec in describe(FeatureSettings(persons=False))}
        assert names == {spec.name for spec in describe(FeatureSettings())} - set(person_names())


def person_names():
    return [spec.name for spec in describe(FeatureSettings()) if "the report names no such person" in spec.missing]


def test_a_breach_is_no_decision_of_an_organisation():
    not_process = [spec.name for spec in describe(FeatureSettings()) if not spec.process]
    assert not_process == [
        *("order_breaches_365d", "order_breaches_ever", "days_since_order_breaches"),
        *("reported_person_order_breaches_365d", "reported_person_order_breaches_ever"),
    ]
