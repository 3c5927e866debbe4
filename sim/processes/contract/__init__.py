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

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arithmetic import power
from sim.core.arrays import Flags, Floats, Ids, Rows, Whole
from sim.core.compiled import compiled
from sim.core.draws import ordered, poisson
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
from sim.inputs.numbers import Numbers, meaning
from sim.state.books import YUAN
from sim.state.columns import ACTIVE, BODIES
from sim.state.offers import Offer
from sim.state.promises import covered
from sim.state.ring import Ring, ring
from sim.state.state import State

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


class Parameters(Numbers, name="contract"):
    """Numbers of the process."""

    close: float = meaning("a match worth its price is signed")
    gain: float = meaning("benefit of a perfect fit of a ready result over the price")
    noise: float = meaning("spread of taste over the price")
    transaction_cost: float = meaning("transaction cost of a deal")
    cost_saved: float = meaning("the transaction cost that a tie or a broker saves")
    risk: float = meaning("the price that risk adds for a buyer who pays up front")
    elasticity: float = meaning("contracts to R&D across firms")
    size_spread: float = meaning("contract values")
    outside: float = meaning("contracts with outsiders")
    organisations_sell: float = meaning("local contracts that organisations sell")
    intermediated: float = meaning("contracts that use a broker where one is free")
    cooperation: float = meaning("worth of a result, per unit of the sellers' incentive")
    brokering_cost: float = meaning("cost of a case to the intermediary")
    bonus_response: float = meaning(
        "the other contracts that a bonus far above cost brings to a broker"
    )
    bonus_base: float = meaning("a contract's value that the bonus counts at most")
    bonus_registers: float = meaning(
        "brokered contracts not registered otherwise that the bonus has registered"
    )
    register: float = meaning("contracts that are registered without a local service")
    register_locally: float = meaning("the unregistered that a local service wins over")
    voucher_reach: float = meaning(
        "small technology firms that use a voucher, at the usual fiscal share"
    )
    voucher_bill: float = meaning("bill of a voucher service")
    voucher_additional: float = meaning("vouchers whose service would not be bought without them")
    voucher_unused: float = meaning("vouchers that are never used")
    voucher_staff: float = meaning("staff below which a firm is small")
    equipment_uses: float = meaning(
        "uses of shared equipment for each use of another voucher service"
    )
    payment_delay: float = meaning("time from the contract to the voucher's payment")
    usual_share: float = meaning(
        "a bill that public money pays where the voucher's reach was observed"
    )
    without_rd: float = meaning(
        "benefit to a buyer without own R&D, to which absorptive capacity adds up to 1"
    )
    remembered: float = meaning("contracts served that still count a quarter later")


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
    draws: Floats,
    alive: Flags,
    rd: Floats,
    elasticity: float,
    scale: float,
    buyers: Rows,
    numbers: Rows,
) -> int:
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
    state.norms.contract_scale = yearly / 4 / registered if rd.size else 0.0


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
    typical = state.norms.typical_rd_stock
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
    _sell(state, p, result[signed], buyer[signed], service[signed])


def _sell(state: State, p: Parameters, result: Rows, buyer: Rows, service: Rows) -> None:
    """Sell results, draw the products that come of them, and sign the contracts."""
    results, luck = state.results, state.luck("contract")
    results.open[result] = False
    results.sold[result] = state.quarter
    products = luck.happens(results.id[result], results.success[result], _PRODUCT)
    state.flows.products_of_transfers += float(products.sum())
    state.firms.partner[buyer] = results.owner[result]
    deals = Deals(
        ids=identity.mixed(identity.CONTRACT, results.id[result], state.quarter, 1 << 20),
        buyer=buyer,
        seller=results.owner[result],
        service=service,
        value=results.value[result],
        transfer=True,
        # What goes into a firm of its own is not the partner's to use.
        absorbed=~results.spin_off[result],
    )
    _sign(state, p, deals)


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
        state.norms.contract_scale,
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
    mean = state.figures.contract_mean
    spread = p.size_spread
    value = np.exp(np.log(mean) - spread**2 / 2 + spread * luck.normal(ids, _VALUE))
    seller = np.full(total, FIRM_SELLS)
    outsider = luck.happens(ids, p.outside, _OUTSIDE)
    seller[outsider] = OUTSIDER_SELLS
    by_organisation = ~outsider & luck.happens(ids, p.organisations_sell, _ORGANISATION)
    pick = sellers(state).pick(luck.uniform(ids[by_organisation], _POINTER))
    seller[by_organisation] = np.where(pick >= 0, pick, FIRM_SELLS)
    service = _intermediaries(state, p, ids, value)
    _sign(state, p, Deals(ids=ids, buyer=buyer, seller=seller, service=service, value=value))


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
    cases = state.flows.broker_cases / state.weight
    time = state.luck("contract").whole(identity.of_name("broker cases"), cases)
    served = np.zeros(ids.size, np.bool_)
    served[queue[:time]] = True
    services = state.platforms("transfer_service")
    offices = ring(state.luck("contract"), state.organisations.id[services], services, slot=_SELLER)
    return np.where(served, offices.pick(luck.uniform(ids, _OFFICE)), -1)


@dataclass(frozen=True, kw_only=True)
class Deals:
    """What contracts of one stream say when they are signed.

    Attributes:
        ids: Their ids.
        buyer: Rows of firms.
        seller: Rows of organisations; or a firm, or an outsider.
        service: Who brokered them, row; -1 for nobody.
        value: Million CNY.
        transfer: Whether they sell results of universities or institutes.
        additional: Whether a voucher brought them about.
        absorbed: Whether the buyer itself uses what it bought.
    """

    ids: Ids
    buyer: Rows
    seller: Whole
    service: Rows
    value: Floats
    transfer: bool = False
    additional: bool = False
    absorbed: Flags | bool = True


def _sign(state: State, p: Parameters, deals: Deals) -> None:
    """Write contracts down and book what they mean for buyer, seller and intermediary."""
    if deals.ids.size == 0:
        return
    state.contracts.add(
        deals.ids,
        quarter=state.quarter,
        transfer=deals.transfer,
        buyer=deals.buyer,
        seller=deals.seller,
        service=deals.service,
        value=deals.value,
        registered=_registered(state, p, deals),
        additional=deals.additional,
    )
    firms, table = state.firms, state.organisations
    np.add.at(firms.absorbed, deals.buyer, deals.value * deals.absorbed)
    np.add.at(firms.purchases, deals.buyer, 1)
    weight = 1.0 if deals.transfer else state.weight
    for party in (deals.seller, deals.service):
        known = party >= 0
        np.add.at(table.cases, party[known], weight)
        np.add.at(table.income, party[known], deals.value[known] * weight)


def _registered(state: State, p: Parameters, deals: Deals) -> Flags:
    """Return which contracts are registered: of themselves, or for the bonus of a broker."""
    chance = registration_chance(state, state.firms.district[deals.buyer], p)
    luck = state.draws.at("contract", 0)
    paid = bonus_excess(deals.value, state.offers.dose(TRANSFER_BONUS), p) > 0
    won_over = luck.happens(deals.ids, p.bonus_registers, _REGISTERED_FOR_BONUS)
    brokered = paid & (deals.service >= 0)
    return luck.happens(deals.ids, chance, _REGISTERED) | (brokered & won_over)


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
    _sign_additional(state, p, rows[goes & (use < p.voucher_additional)], slot)


def _sign_additional(state: State, p: Parameters, buyer: Rows, slot: int) -> None:
    """Sign the contracts that vouchers brought about."""
    ids = identity.mixed(identity.CONTRACT, state.firms.id[buyer], state.quarter, slot << 20)
    seller = sellers(state).pick(state.luck("contract").uniform(ids))
    deals = Deals(
        ids=ids,
        buyer=buyer,
        seller=np.where(seller >= 0, seller, FIRM_SELLS),
        service=np.full(buyer.size, -1),
        value=np.full(buyer.size, p.voucher_bill),
        additional=True,
    )
    _sign(state, p, deals)


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
    state.flows.bonus_base += float(base.sum())
    for offer in state.offers.on(TRANSFER_BONUS):
        served = _claim(state, p, offer, contracts.id[rows], base * offer.dose, "platform")
        contracts.bonus[rows[served]] += base[served] * offer.dose
    state.flows.bonus += float(contracts.bonus[rows].sum())


def _count(state: State, rows: Rows) -> None:
    """Add this quarter's contracts to the flows."""
    contracts, flows = state.contracts, state.flows
    transfer = contracts.transfer[rows]
    weight = np.where(transfer, 1.0, state.weight)
    value = contracts.value[rows] * weight
    registered = contracts.registered[rows]
    brokered = contracts.service[rows] >= 0
    flows.contracts_real += float(weight.sum())
    flows.contracts += float(weight[registered].sum())
    flows.turnover_real += float(value.sum())
    flows.turnover += float(value[registered].sum())
    flows.transfers += float(transfer.sum())
    flows.brokered += float(weight[brokered].sum())
    flows.brokered_value += float(value[brokered].sum())
    flows.voucher_contracts += float(weight[contracts.additional[rows]].sum())
