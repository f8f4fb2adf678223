pytest_plugins = ("tests.explain.small_run",)
def test_a(small_run):
    print(small_run.stdout, small_run.stderr, small_run.log)
    assert 0
