"""The orders that the page /worker works on, and what it makes of them."""

from collections.abc import Callable

import pytest

from demo.web.static.estimate import estimate, resampled_means
from tests.demo.running import Visitor


def amounts_of(visitor: Visitor, month: int) -> list[float]:
    response = visitor.get(f"/api/orders/{month}")
    assert response.status_code == 200, response.text
    return response.json()["amounts"]


def test_orders_are_a_users_own_and_stay_as_they_are(
    new_visitor: Callable[..., Visitor], new_email: Callable[[], str]
):
    one, other = new_visitor(), new_visitor()
    for visitor in (one, other):
        visitor.sign_up(new_email())
    assert amounts_of(one, 1) == amounts_of(one, 1)
    assert amounts_of(one, 1) != amounts_of(one, 2)
    assert amounts_of(one, 1) != amounts_of(other, 1)


def test_orders_need_a_session(visitor: Visitor):
    assert visitor.get("/api/orders/1").status_code == 401


@pytest.mark.parametrize("month", ["0", "13", "may"])
def test_a_year_has_twelve_months(visitor: Visitor, email: str, month: str):
    visitor.sign_up(email)
    assert visitor.get(f"/api/orders/{month}").status_code == 422


def test_an_estimate_holds_the_mean_and_most_of_the_resampled_means():
    amounts = [float(n) for n in range(1, 101)]
    means = list(resampled_means(amounts))
    found = estimate(amounts, means)
    assert (found.count, found.mean) == (100, 50.5)
    assert found.low < found.mean < found.high
    within = [mean for mean in means if found.low <= mean <= found.high]
    assert len(within) == pytest.approx(0.95 * len(means), abs=2)


def test_equal_orders_have_no_uncertainty():
    found = estimate([7.5] * 10, list(resampled_means([7.5] * 10)))
    assert (found.low, found.mean, found.high) == (7.5, 7.5, 7.5)
