"""An experiment end to end: repeatable, reconciled, leak-proof, and without an identifier anywhere."""

pytest_plugins = ("tests.explain.small_run",)


def test_every_step_of_the_ladder_is_there_in_order(small_run):
    assert list(dict.fromkeys(small_run.result.ladder["step"]))[:2] == ["base rate", "prior count"]
