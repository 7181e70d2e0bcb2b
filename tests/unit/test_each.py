"""A test for all rows of a table (tests/each.py) fails with every row that fails."""

import pytest

from tests.each import each


@pytest.fixture
def limit():
    return 2


@each("number", [1, 2])
def test_each_value_is_tested_with_the_fixtures(number, limit):
    assert number <= limit


def test_every_failure_is_reported_with_its_value():
    @each("number", [1, 2, 3, 4], lambda number: f"the {number}")
    def check(number):
        if number == 3:
            with pytest.raises(ValueError, match="never"):
                pass
        assert number != 2

    with pytest.raises(BaseExceptionGroup, match="2 of 4 fail") as failed:
        check()
    notes = [error.__notes__ for error in failed.value.exceptions]
    assert notes == [["number: the 2"], ["number: the 3"]]
