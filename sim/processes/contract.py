"""Contract: two streams of technology contracts, and which of them are registered.

(a) Transfer of results. A match becomes a contract with chance

    close · logistic((benefit - price - transaction cost) / (noise · price))

where the benefit is price × gain × appeal × (1/2 + absorptive capacity) × worth, absorptive
capacity is own R&D stock over itself plus the median, the worth is 1 for a ready result and less
for one that is not, and ties, brokers, vouchers and finance lower what the buyer bears; so do
terms that take risk off the buyer or off who decides for the seller. Sellers who keep more of the
income help the buyer more [K7, T21: incentives act on quality]. A result meant for a firm of its
own is signed likewise, with the matched firm as its partner: the route changes, not the rate
[T10]. Some sales end in a product, most do not [K12].

(b) Development and services, commissioned by firms that do R&D: Poisson with mean ∝
R&D^elasticity, scaled to 150-250 contracts per billion CNY of R&D [K16, S24]; sizes lognormal;
half with outsiders. A small firm with a voucher commissions an additional service with chance
0.8, is paid for what it would have bought with 0.1, and lets it lapse with 0.1 [P11].

An intermediary's bonus is a share of the value of a registered contract that it brokered. Below
what a case costs the intermediary it moves nothing; above, with the excess e = 1 - cost / bonus,

    P(use an intermediary) = u + (1 - u) · response · e

and a part of what it brokers and would not register is registered for the bonus [B17, Q12].

Registration is a choice of its own: it saves tax and takes an errand, the less where the
district has a registration service. Real and registered contracts are counted apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arithmetic import power
from sim.core.compiled import compiled
from sim.core.draws import Ids, ordered, poisson
from sim.core.quantity import quantity
from sim.core.tables import Rows
from sim.inputs.kinds import KINDS
from sim.inputs.levers import (
    EQUIPMENT_SHARE,
    RISK_RELIEF,
    SELLER_INCENTIVE,
    SHARING_REWARD,
    TRANSFER_BONUS,
    TRANSFER_FINANCE,
    VOUCHER_SHARE,
    Lever,
)
from sim.state.books import YUAN
from sim.state.offers import Offer
from sim.state.promises import covered
from sim.state.ring import Ring, ring
from sim.state.state import ACTIVE, BODIES, State

FIRM_SELLS, OUTSIDER_SELLS = -1, -2
BILLION = 1000.0  # million CNY
_STEEPEST = 50.0  # of a logistic: beyond it a chance is 0 or 1
# They broker, file or house; what their hosts know is sold by the hosts.
BROKERING = ("transfer_service", "technology_transfer_office", "ip_service", "science_park")
# Which kind codes sell development and services, bodies included: universities do.
SELLING = np.array(
    [
        bool({"transfer", "service"} & set(kind.functions)) and name not in BROKERING
        for name, kind in KINDS.items()
    ]
    + [body == "university" for body in BODIES]
)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Numbers of the process."""

    close: float = quantity(
        0.5,
        unit="chance that a match worth its price is signed",
        low=0.3,
        high=0.7,
        status="assumed",
        source="docs/odd.md: 10-30 % of registered intentions become contracts",
    )
    gain: float = quantity(
        4.0,
        unit="benefit of a perfect fit of a ready result over the price",
        low=2.0,
        high=8.0,
        status="calibrated",
        source="to 0.03-0.04 deals per researcher-year [S16, T14]; T18: incomes are a multiple",
    )
    noise: float = quantity(
        0.5,
        unit="spread of taste over the price",
        low=0.2,
        high=1.0,
        status="assumed",
        source="logit scale; judged",
    )
    transaction_cost: float = quantity(
        0.04,
        unit="million CNY per deal",
        low=0.01,
        high=0.12,
        status="assumed",
        source="search, valuation, contract; judged",
        spread="log-uniform",
    )
    cost_saved: float = quantity(
        0.5,
        unit="share of the transaction cost saved by a tie or a broker",
        low=0.2,
        high=0.8,
        status="assumed",
        source="S22, K30: ties ease initiation; judged",
    )
    risk: float = quantity(
        0.3,
        unit="share of the price that risk adds for a buyer who pays up front",
        low=0.0,
        high=0.6,
        status="assumed",
        source="early-stage licences often fail; judged, 0 allowed by finance only in part",
    )
    elasticity: float = quantity(
        0.6,
        unit="elasticity of contracts to R&D across firms",
        low=0.4,
        high=0.8,
        status="assumed",
        source="below 1 as results are; judged",
    )
    size_spread: float = quantity(
        1.6,
        unit="standard deviation of the logarithm of contract values",
        low=1.3,
        high=2.0,
        status="cited",
        source="S9-S11",
    )
    outside: float = quantity(
        0.5,
        unit="share of contracts with outsiders",
        low=0.35,
        high=0.65,
        status="assumed",
        source="docs/odd.md: half; Dalian 2019: 50.4 % converted locally",
    )
    organisations_sell: float = quantity(
        0.13,
        unit="share of local contracts sold by organisations",
        low=0.05,
        high=0.20,
        status="cited",
        source="S24: firms supply 80-95 %",
    )
    intermediated: float = quantity(
        0.08,
        unit="share of contracts that use a broker where one is free",
        low=0.02,
        high=0.20,
        status="assumed",
        source="no count found; wide",
        spread="log-uniform",
    )
    cooperation: float = quantity(
        0.5,
        unit="relative rise of the worth of a result, per unit of the sellers' incentive",
        low=0.0,
        high=1.5,
        status="assumed",
        source="K7, T21: incentive pay raises income per licence by 0.3-0.4, not their number",
    )
    brokering_cost: float = quantity(
        0.015,
        unit="million CNY per case to the intermediary",
        low=0.005,
        high=0.05,
        status="assumed",
        source="T1: 24 cases a full-time year of 0.2-0.4 M CNY in all; judged",
        spread="log-uniform",
    )
    bonus_response: float = quantity(
        0.05,
        unit="share of the other contracts that a bonus far above cost brings to a broker",
        low=0.0,
        high=0.4,
        status="assumed",
        source="B17: a threshold, then a rise; no effect of a 2 % bonus published; judged, wide",
    )
    bonus_base: float = quantity(
        25,
        unit="million CNY of a contract's value that the bonus counts at most",
        low=5,
        high=50,
        status="assumed",
        source="caps of 0.15-0.8 M CNY at 1-2 %: Shanghai 2016, Ningbo 2014, Fujian 2019",
        spread="log-uniform",
    )
    bonus_registers: float = quantity(
        0.5,
        unit="share of brokered contracts not registered otherwise that the bonus has registered",
        low=0.0,
        high=0.9,
        status="assumed",
        source="who is paid for registered contracts registers them; judged",
    )
    register: float = quantity(
        0.65,
        unit="share of contracts registered without a local service",
        low=0.4,
        high=0.85,
        status="assumed",
        source="registration saves value-added tax but takes an errand; judged",
    )
    register_locally: float = quantity(
        0.5,
        unit="share of the unregistered that a local service wins over",
        low=0.2,
        high=0.8,
        status="assumed",
        source="judged",
    )
    voucher_reach: float = quantity(
        0.035,
        unit="share of small technology firms a year, at the usual fiscal share",
        low=0.015,
        high=0.10,
        status="assumed",
        source="Shandong 2016: 1 958 firms, some 100 of them per city of Weihai's size",
        spread="log-uniform",
    )
    voucher_bill: float = quantity(
        0.08,
        unit="million CNY per voucher service",
        low=0.03,
        high=0.20,
        status="cited",
        source="Shandong 2016: 24 600 CNY a firm at 40 %; Fujian 2017: 61 600 CNY a firm",
        spread="log-uniform",
    )
    voucher_additional: float = quantity(
        0.8,
        unit="share of vouchers",
        low=0.5,
        high=0.85,
        status="cited",
        source="P11: 0.8 additional, 0.1 deadweight, 0.1 unused",
    )
    voucher_unused: float = quantity(
        0.1,
        unit="share of vouchers",
        low=0.05,
        high=0.15,
        status="cited",
        source="P11",
    )
    voucher_staff: float = quantity(
        300,
        unit="persons: a firm below it is small",
        low=300,
        high=300,
        status="cited",
        source="national size classes of industry: small is below 300 employees",
        spread="fixed",
    )
    equipment_uses: float = quantity(
        0.5,
        unit="uses of shared equipment for each use of another voucher service",
        low=0.1,
        high=1.0,
        status="assumed",
        source="instruments are run for firms 6 % of their hours (2016); judged",
    )
    payment_delay: float = quantity(
        2,
        unit="quarters from the contract to the voucher's payment",
        low=1,
        high=4,
        status="assumed",
        source="docs/odd.md: 2-6 quarters for rewards, vouchers sooner; judged",
    )
    usual_share: float = quantity(
        0.4,
        unit="fiscal share of a bill at which the voucher's reach was observed",
        low=0.3,
        high=0.5,
        status="assumed",
        source="belongs to voucher_reach; judged",
        spread="fixed",
    )
    without_rd: float = quantity(
        0.5,
        unit="benefit to a buyer without own R&D, to which absorptive capacity adds up to 1",
        low=0.25,
        high=0.75,
        status="assumed",
        source="K34: own R&D matters less for domestic than for imported technology; decides who "
        "buys results, size judged",
    )
    remembered: float = quantity(
        0.75,
        unit="part of the contracts served that still counts a quarter later",
        low=0.6,
        high=0.9,
        status="assumed",
        source="adds up to four quarters, about a year; structural",
        spread="fixed",
    )


# Slots of a contract's own draws.
_VALUE, _OUTSIDE, _ORGANISATION, _POINTER, _BROKER, _OFFICE, _REGISTERED, _ORDER = range(8)
_REGISTERED_FOR_BONUS = 8
_PRODUCT = 1  # slot of a result's draws in the quarter of its sale
# Slots of a firm's draws in a quarter.
_COUNT, _TAKES_VOUCHER, _VOUCHER_USE, _EQUIPMENT, _EQUIPMENT_USE, _SELLER, _LOT = (
    0,
    4,
    5,
    8,
    9,
    10,
    11,
)


@compiled
def _commission(
    draws: Any, alive: Any, rd: Any, elasticity: Any, scale: Any, buyers: Any, numbers: Any
) -> Any:
    found = 0
    for i in range(alive.size):
        if alive[i] and rd[i] > 0.0:
            number = poisson(scale * power(rd[i], elasticity), draws[i])
            if number > 0:
                buyers[found] = i
                numbers[found] = number
                found += 1
    return found


def prepare(state: State, p: Parameters, start: Callable[[str], float]) -> None:
    """Scale stream (b) to the city: contracts per billion CNY of R&D, and their mean value."""
    firms = state.firms
    performs = firms.alive & (firms.rd > 0)
    rd = firms.rd[performs]
    yearly = start("contracts_per_bn_rd") * rd.sum() / BILLION
    # The published ratio counts registered contracts.
    chance = registration_chance(state, firms.district[performs], p)
    registered = np.sum(chance * rd**p.elasticity)
    state.starting_stock["contract_scale"] = yearly / 4 / registered if rd.size else 0.0


def registration_chance(
    state: State, district: NDArray[np.integer], p: Parameters
) -> NDArray[np.float64]:
    """Return the chance that a contract of a buyer in a district is registered."""
    local = registration_districts(state)[district]
    return p.register + np.where(local, p.register_locally * (1 - p.register), 0.0)


def agree(state: State, p: Parameters) -> None:
    """Sign this quarter's contracts, register them, and pay the vouchers used."""
    state.firms.absorbed[:] = 0.0
    state.firms.voucher[:] = 0.0
    table = state.organisations
    table.income[:] = 0.0
    table.cases[:] *= p.remembered
    before = len(state.contracts)
    _transfer(state, p)
    _develop(state, p)
    _use_vouchers(state, p)
    signed = np.arange(before, len(state.contracts))
    _reward_sharing(state, p, signed)
    _pay_bonus(state, p, signed)
    _count(state, signed)


def absorptive_capacity(rd_stock: NDArray[np.float64], typical: float) -> NDArray[np.float64]:
    """Return R&D stock over itself plus the typical stock: 0 without own R&D, below 1."""
    return rd_stock / (rd_stock + max(typical, 1e-9))


def signing_chance(
    price: NDArray[np.float64],
    appeal: NDArray[np.float64],
    absorptive: NDArray[np.float64],
    borne: NDArray[np.float64],
    cost: NDArray[np.float64],
    p: Parameters,
    worth: NDArray[np.float64] | float = 1.0,
) -> NDArray[np.float64]:
    """Return the chance that a match is signed; ``borne`` is what the price costs the buyer."""
    benefit = price * p.gain * appeal * (p.without_rd + absorptive) * worth
    surplus = (benefit - borne - cost) / (p.noise * price)
    return p.close / (1 + np.exp(-np.clip(surplus, -_STEEPEST, _STEEPEST)))


def _transfer(state: State, p: Parameters) -> None:
    """Stream (a): matches over results of universities and institutes."""
    matches, firms, results = state.matches, state.firms, state.results
    if matches.result.size == 0:
        return
    # One result can be sold once: of several matches the one with the most appeal is tried.
    order = np.lexsort((state.firms.id[matches.buyer], -matches.appeal, matches.result))
    first = order[np.unique(matches.result[order], return_index=True)[1]]
    result, buyer, service = matches.result[first], matches.buyer[first], matches.service[first]
    owner, price = results.owner[result], results.value[result]
    typical = state.starting_stock["typical_rd_stock"]
    eased = (service >= 0) | (firms.partner[buyer] == owner)
    cost = p.transaction_cost * np.where(eased, 1 - p.cost_saved, 1.0)
    financed = _financed(state, p, price)
    relieved = min(state.offers.dose(RISK_RELIEF), 1.0)
    helped = 1 + p.cooperation * state.offers.dose(SELLER_INCENTIVE)
    chance = signing_chance(
        price,
        matches.appeal[first],
        absorptive_capacity(firms.rd_stock[buyer], typical),
        price * (1 + p.risk * (1 - financed) * (1 - relieved)),
        cost,
        p,
        results.worth[result] * helped,
    )
    signed = state.luck("contract").happens(results.id[result], chance)
    _finance(state, p, result[signed], price[signed], financed)
    result, buyer, service = result[signed], buyer[signed], service[signed]
    results.open[result] = False
    results.sold[result] = state.quarter
    products = state.luck("contract").happens(results.id[result], results.success[result], _PRODUCT)
    state.flows["products_of_transfers"] += float(products.sum())
    firms.partner[buyer] = owner[signed]
    ids = identity.mixed(identity.CONTRACT, results.id[result], state.quarter, 1 << 20)
    # What goes into a firm of its own is not the partner's to use.
    used = ~results.spin_off[result]
    _sign(state, p, ids, buyer, owner[signed], service, price[signed], transfer=True, absorbed=used)


def _financed(state: State, p: Parameters, price: NDArray[np.float64]) -> float:
    """Return the share of the risk that the venture money there is could carry this quarter."""
    offers = list(state.offers.on(TRANSFER_FINANCE))
    offered = sum(offer.dose for offer in offers) / 4
    for offer in offers:
        offered = min(offered, state.books.free(offer.account.line) / YUAN)
    carried = p.risk * float(price.sum())
    return min(1.0, offered / carried) if offered > 0 and carried > 0 else 0.0


def _finance(
    state: State,
    p: Parameters,
    result: Rows,
    price: NDArray[np.float64],
    financed: float,
) -> None:
    """Pay the venture money that carried part of the signed deals."""
    for offer in state.offers.on(TRANSFER_FINANCE):
        share = financed * offer.dose / max(state.offers.dose(TRANSFER_FINANCE), 1e-9)
        _claim(state, p, offer, state.results.id[result], price * p.risk * share, "firm")


def _develop(state: State, p: Parameters) -> None:
    """Stream (b): development and services that firms commission."""
    firms = state.firms
    buyers, numbers = np.empty(len(firms), np.int64), np.empty(len(firms), np.int64)
    found = _commission(
        state.luck("contract").uniform(firms.id, _COUNT),
        firms.alive,
        firms.rd,
        p.elasticity,
        state.starting_stock["contract_scale"],
        buyers,
        numbers,
    )
    if found == 0:
        return
    number = numbers[:found]
    buyer = np.repeat(buyers[:found], number)
    total = buyer.size
    serial = np.arange(total) - np.repeat(np.cumsum(number) - number, number)
    ids = identity.mixed(identity.CONTRACT, firms.id[buyer], state.quarter, serial)
    luck = state.draws.at("contract", 0)
    mean = state.starting_stock["contract_mean"]
    spread = p.size_spread
    value = np.exp(np.log(mean) - spread**2 / 2 + spread * luck.normal(ids, _VALUE))
    seller = np.full(total, FIRM_SELLS)
    outsider = luck.happens(ids, p.outside, _OUTSIDE)
    seller[outsider] = OUTSIDER_SELLS
    by_organisation = ~outsider & luck.happens(ids, p.organisations_sell, _ORGANISATION)
    pick = sellers(state).pick(luck.uniform(ids[by_organisation], _POINTER))
    seller[by_organisation] = np.where(pick >= 0, pick, FIRM_SELLS)
    _sign(state, p, ids, buyer, seller, _intermediaries(state, p, ids, value), value)


def sellers(state: State) -> Ring:
    """Return the organisations that sell development and services, on this quarter's ring."""
    table = state.organisations
    rows = np.flatnonzero(SELLING[table.kind] & (table.status == ACTIVE))
    return ring(state.luck("contract"), table.id[rows], rows, slot=_SELLER)


def bonus_excess(value: NDArray[np.float64], share: float, p: Parameters) -> NDArray[np.float64]:
    """Return 1 - cost / bonus of brokering contracts of a value; 0 below the cost."""
    bonus = np.maximum(share * np.minimum(value, p.bonus_base), 1e-12)
    return np.asarray(np.maximum(1 - p.brokering_cost / bonus, 0.0))


def brokering_chance(
    value: NDArray[np.float64], share: float, p: Parameters
) -> NDArray[np.float64]:
    """Return the chance that a contract uses an intermediary, where one is free."""
    drawn_in = (1 - p.intermediated) * p.bonus_response * bonus_excess(value, share, p)
    return np.asarray(p.intermediated + drawn_in)


def _intermediaries(
    state: State, p: Parameters, ids: np.ndarray, value: NDArray[np.float64]
) -> Rows:
    """Return the transfer service that brokers each contract, as far as brokers have time."""
    luck = state.draws.at("contract", 0)
    chance = brokering_chance(value, state.offers.dose(TRANSFER_BONUS), p)
    wants = luck.happens(ids, chance, _BROKER)
    wanting = np.flatnonzero(wants)
    queue = wanting[ordered(luck.uniform(ids[wanting], _ORDER))]
    cases = state.flows["broker_cases"] / state.weight
    time = state.luck("contract").whole(identity.of_name("broker cases"), cases)
    served = np.zeros(ids.size, np.bool_)
    served[queue[:time]] = True
    services = state.platforms("transfer_service")
    offices = ring(state.luck("contract"), state.organisations.id[services], services, slot=_SELLER)
    return np.where(served, offices.pick(luck.uniform(ids, _OFFICE)), -1)


def _sign(
    state: State,
    p: Parameters,
    ids: np.ndarray,
    buyer: Rows,
    seller: Rows,
    service: Rows,
    value: NDArray[np.float64],
    *,
    transfer: bool = False,
    additional: bool = False,
    absorbed: NDArray[np.bool_] | bool = True,
) -> None:
    """Write contracts down and book what they mean for buyer, seller and intermediary."""
    if ids.size == 0:
        return
    firms, table = state.firms, state.organisations
    chance = registration_chance(state, firms.district[buyer], p)
    luck = state.draws.at("contract", 0)
    registered = luck.happens(ids, chance, _REGISTERED)
    paid = bonus_excess(value, state.offers.dose(TRANSFER_BONUS), p) > 0
    won_over = luck.happens(ids, p.bonus_registers, _REGISTERED_FOR_BONUS)
    registered |= paid & (service >= 0) & won_over
    state.contracts.add(
        ids,
        quarter=state.quarter,
        transfer=transfer,
        buyer=buyer,
        seller=seller,
        service=service,
        value=value,
        registered=registered,
        additional=additional,
    )
    np.add.at(firms.absorbed, buyer, value * absorbed)
    np.add.at(firms.purchases, buyer, 1)
    weight = 1.0 if transfer else state.weight
    for party in (seller, service):
        known = party >= 0
        np.add.at(table.cases, party[known], weight)
        np.add.at(table.income, party[known], value[known] * weight)


def registration_districts(state: State) -> NDArray[np.bool_]:
    """Return per district whether it has an active technology-market registration service."""
    table = state.organisations
    served = np.zeros(len(state.city.districts), np.bool_)
    here = table.registration & (table.status == ACTIVE)
    served[table.district[here]] = True
    return served


def _use_vouchers(state: State, p: Parameters) -> None:
    """Small firms use vouchers for services, and for equipment from carriers and lessors."""
    firms = state.firms
    small = firms.alive & (firms.employees < p.voucher_staff)
    small &= firms.technology_sme | (firms.rd > 0)
    _vouchers(state, p, VOUCHER_SHARE, small, p.voucher_reach, _TAKES_VOUCHER)
    reach = p.voucher_reach * p.equipment_uses
    _vouchers(state, p, EQUIPMENT_SHARE, small, reach, _EQUIPMENT)


def _vouchers(
    state: State, p: Parameters, lever: Lever, small: NDArray[np.bool_], reach: float, slot: int
) -> None:
    """Let firms ask for one voucher; those who use it sign a contract, or would have anyway.

    Several governments may pay parts of one bill; a firm asks the oftener the more they pay in
    all.
    """
    firms, luck = state.firms, state.luck("contract")
    offers = list(state.offers.on(lever))
    total = sum(offer.dose for offer in offers)
    if total <= 0:
        return

    def asks(ids: Ids, share: NDArray[np.float64] | float) -> NDArray[np.bool_]:
        chance = reach / 4 * np.minimum(share, 1.0) / p.usual_share
        return luck.happens(ids, chance, slot)

    rows = np.flatnonzero(small & asks(firms.id, total))
    use = luck.uniform(firms.id[rows], slot + 1)
    rows, use = rows[use < 1 - p.voucher_unused], use[use < 1 - p.voucher_unused]
    parts = [
        (offer, p.voucher_bill * offer.dose / max(total, 1.0) * state.weight) for offer in offers
    ]
    reached = covered(state, parts, firms.id[rows], np.zeros(rows.size))
    # A part that the money does not reach moves nobody: only those go ahead who would for less.
    granted = np.sum([offer.dose * reached[offer.account.line] for offer in offers], 0)
    goes = asks(firms.id[rows], granted)
    for offer, million in parts:
        paid = rows[goes & reached[offer.account.line]]
        served = _claim(state, p, offer, firms.id[paid], million, "firm")
        firms.voucher[paid[served]] += million / state.weight
    rows, use = rows[goes], use[goes]
    bill = np.full(rows.size, p.voucher_bill)
    additional = rows[use < p.voucher_additional]
    ids = identity.mixed(identity.CONTRACT, firms.id[additional], state.quarter, slot << 20)
    seller = sellers(state).pick(luck.uniform(ids))
    seller = np.where(seller >= 0, seller, FIRM_SELLS)
    none = np.full(additional.size, -1)
    _sign(state, p, ids, additional, seller, none, bill[: additional.size], additional=True)


def _claim(
    state: State,
    p: Parameters,
    offer: Offer,
    ids: Ids,
    million: NDArray[np.float64] | float,
    payee: str,
) -> NDArray[np.bool_]:
    due = state.quarter + round(p.payment_delay)
    return state.claim(offer, ids, million, due=due, payee=payee, lot=state.lot(ids))


def _reward_sharing(state: State, p: Parameters, signed: Rows) -> None:
    """Reward organisations for the shared services that small firms bought with vouchers."""
    contracts, table = state.contracts, state.organisations
    shared = signed[contracts.additional[signed] & (contracts.seller[signed] >= 0)]
    sold = contracts.value[shared] * state.weight
    value = np.bincount(contracts.seller[shared], sold, minlength=len(table))
    rows = np.flatnonzero(value > 0)
    for offer in state.offers.on(SHARING_REWARD):
        _claim(state, p, offer, table.id[rows], value[rows] * offer.dose, "platform")


def _pay_bonus(state: State, p: Parameters, signed: Rows) -> None:
    """Pay intermediaries a share of the registered contracts that they brokered."""
    contracts = state.contracts
    rows = signed[contracts.registered[signed] & (contracts.service[signed] >= 0)]
    weight = np.where(contracts.transfer[rows], 1.0, state.weight)
    base = np.minimum(contracts.value[rows], p.bonus_base) * weight
    state.flows["bonus_base"] += float(base.sum())
    for offer in state.offers.on(TRANSFER_BONUS):
        served = _claim(state, p, offer, contracts.id[rows], base * offer.dose, "platform")
        contracts.bonus[rows[served]] += base[served] * offer.dose
    state.flows["bonus"] += float(contracts.bonus[rows].sum())


def _count(state: State, rows: Rows) -> None:
    """Add this quarter's contracts to the flows."""
    contracts, flows = state.contracts, state.flows
    transfer = contracts.transfer[rows]
    weight = np.where(transfer, 1.0, state.weight)
    value = contracts.value[rows] * weight
    registered = contracts.registered[rows]
    brokered = contracts.service[rows] >= 0
    flows["contracts_real"] += float(weight.sum())
    flows["contracts"] += float(weight[registered].sum())
    flows["turnover_real"] += float(value.sum())
    flows["turnover"] += float(value[registered].sum())
    flows["transfers"] += float(transfer.sum())
    flows["brokered"] += float(weight[brokered].sum())
    flows["brokered_value"] += float(value[brokered].sum())
    flows["voucher_contracts"] += float(weight[contracts.additional[rows]].sum())
