"""Vouchers: a bill of 0.08 M CNY, of which the voucher pays a share; rewards for who serves."""

import numpy as np
import pytest
from world import (
    START,
    add_firms,
    add_platforms,
    next_quarter,
    offer,
    promised,
    spread,
    tiny,
)

from sim.processes.contract import Parameters, agree


def small_firms(*offers, number=4000, money=1e6, weight=1.0, trust=1.0, **numbers):
    """Return a city of small firms that all ask for a voucher at a share of 0.4."""
    by_city = any(one.payer == "city" for one in offers)
    state = tiny(*offers, money=money if by_city else 0, weight=weight)
    state.trust["city_fund"] = trust
    add_firms(state, number, technology_sme=True, above_scale=False, employees=20.0)
    p = Parameters(**({"voucher_reach": 4.0, "voucher_bill": 0.08} | numbers))
    agree(state, p)
    return state


def test_of_vouchers_most_are_additional_some_are_paid_anyway_and_some_lapse():
    state = small_firms(offer("voucher_share", 0.4), voucher_additional=0.8, voucher_unused=0.1)
    additional = len(state.contracts) / 4000
    paid = promised(state)[(START + 4, "voucher_share")] / 32_000 / 4000
    assert additional == pytest.approx(0.8, abs=spread(0.8, 4000))
    assert paid == pytest.approx(0.9, abs=spread(0.9, 4000))
    assert paid - additional == pytest.approx(0.1, abs=spread(0.1, 4000))  # would have anyway
    assert state.contracts.additional.all()
    assert state.flows.voucher_contracts == len(state.contracts)


def test_a_voucher_pays_its_share_of_the_bill_when_the_delay_is_over():
    state = small_firms(offer("voucher_share", 0.5), number=3, voucher_unused=0.0)
    assert promised(state) == {(START + 4, "voucher_share"): 3 * 40_000}
    assert (state.contracts.value == 0.08).all()
    for quarter in range(5):
        assert state.books.payments == []
        next_quarter(state)
        if quarter == 4:
            assert sum(payment.amount for payment in state.books.payments) == 120_000


def test_a_voucher_pays_no_more_than_the_bill():
    state = small_firms(offer("voucher_share", 3.0), number=2, voucher_unused=0.0)
    assert promised(state) == {(START + 4, "voucher_share"): 2 * 80_000}


def test_a_row_takes_a_voucher_for_each_firm_it_stands_for():
    state = small_firms(offer("voucher_share", 0.5), number=3, weight=10.0, voucher_unused=0.0)
    assert promised(state) == {(START + 4, "voucher_share"): 3 * 10 * 40_000}
    assert state.firms.voucher == pytest.approx([0.04] * 3)  # a firm's own


def test_vouchers_reach_a_share_of_small_technology_firms():
    state = small_firms(
        offer("voucher_share", 0.2), voucher_reach=0.8, voucher_additional=1.0, voucher_unused=0.0
    )
    # 0.8 a year at a share of 0.4: a quarter of it, at half the share, is 0.1.
    assert len(state.contracts) / 4000 == pytest.approx(0.1, abs=spread(0.1, 4000))


@pytest.mark.parametrize(
    ("firm", "takes"),
    [
        ({"employees": 299.0, "rd": 1.0}, True),
        ({"employees": 300.0, "rd": 1.0}, False),
        ({"employees": 20.0, "technology_sme": True}, True),
        ({"employees": 20.0}, False),  # neither a technology firm nor with R&D
        ({"employees": 20.0, "rd": 1.0, "alive": False}, False),
    ],
)
def test_who_may_take_a_voucher(firm, takes):
    state = tiny(offer("voucher_share", 0.4), money=1e6)
    add_firms(state, 1, **firm)
    agree(state, Parameters(voucher_reach=4.0, voucher_additional=1.0, voucher_unused=0.0))
    assert len(state.contracts) == takes


def test_equipment_is_used_half_as_often_as_other_vouchers():
    state = small_firms(
        offer("equipment_share", 0.4),
        voucher_reach=2.0,
        equipment_uses=0.5,
        voucher_additional=1.0,
        voucher_unused=0.0,
    )
    assert len(state.contracts) / 4000 == pytest.approx(0.25, abs=spread(0.25, 4000))


def test_a_higher_voucher_never_means_fewer_services():
    before = set()
    for share in (0.0, 0.1, 0.4, 1.0):
        buyers = set(
            small_firms(offer("voucher_share", share), voucher_reach=1.0).contracts.buyer.tolist()
        )
        assert before <= buyers
        before = buyers
    assert before


def test_a_voucher_that_nobody_counts_on_brings_no_service_and_more_trust_more():
    before = set()
    for trust in (0.0, 0.2, 0.7, 1.0):
        state = small_firms(offer("voucher_share", 0.4), trust=trust, money=1.0)
        buyers = set(state.contracts.buyer.tolist())
        assert before <= buyers
        assert sum(promised(state).values()) <= 1e6
        assert state.firms.voucher.sum() * 1e6 == pytest.approx(sum(promised(state).values()))
        if trust == 0.0:
            assert not buyers
        before = buyers


PROVINCE = offer("voucher_share", 0.2, payer="province", name="province")


def test_two_governments_pay_parts_of_one_bill_for_one_service():
    city = offer("voucher_share", 0.3, payer="city", name="city")
    state = small_firms(PROVINCE, city, number=50, voucher_unused=0.0, voucher_additional=1.0)
    assert sorted(state.contracts.buyer.tolist()) == list(range(50))
    assert np.unique(state.contracts.id).size == 50
    # Of a bill of 80 000 yuan two and three tenths.
    assert promised(state) == {
        (START + 4, "province"): 50 * 16_000,
        (START + 4, "city"): 50 * 24_000,
    }


def test_two_governments_together_pay_no_more_than_the_bill():
    whole = [offer("voucher_share", 1.0, payer=payer, name=payer) for payer in ("province", "city")]
    state = small_firms(*whole, number=50, voucher_unused=0.0)
    assert promised(state) == {
        (START + 4, "province"): 50 * 40_000,
        (START + 4, "city"): 50 * 40_000,
    }


def test_a_voucher_of_a_city_without_trust_brings_no_service_beside_the_provinces():
    city = offer("voucher_share", 0.6, payer="city", name="city")
    alone = small_firms(PROVINCE, voucher_reach=1.0).contracts.buyer.tolist()
    mistrusted = small_firms(PROVINCE, city, voucher_reach=1.0, trust=0.0).contracts.buyer.tolist()
    assert mistrusted == alone
    trusted = small_firms(PROVINCE, city, voucher_reach=1.0).contracts.buyer.tolist()
    assert set(alone) < set(trusted)


def test_an_organisation_is_rewarded_for_a_share_of_what_it_sold_for_vouchers():
    state = tiny(offer("voucher_share", 0.4), offer("sharing_reward", 0.25), money=1e6)
    add_platforms(state, "public_service_platform", 1)
    add_firms(state, 5, technology_sme=True, above_scale=False, employees=20.0)
    p = Parameters(voucher_reach=4.0, voucher_bill=0.08, voucher_additional=1.0, voucher_unused=0.0)
    agree(state, p)
    # Five services of 0.08 M CNY, a quarter of each.
    assert promised(state)[(START + 4, "sharing_reward")] == 5 * 20_000


def test_what_firms_sell_for_vouchers_is_not_rewarded():
    state = tiny(offer("voucher_share", 0.4), offer("sharing_reward", 0.25), money=1e6)
    add_firms(state, 5, technology_sme=True, above_scale=False, employees=20.0)
    agree(state, Parameters(voucher_reach=4.0))
    assert (START + 4, "sharing_reward") not in promised(state)
