"""Transfer of results, stream (a): a match becomes a contract or not.

The chance is

    close · logistic((benefit - price - transaction cost) / (noise · price))

where the benefit is price × gain × appeal × (1/2 + absorptive capacity) × worth, absorptive
capacity is own R&D stock over itself plus the median, the worth is 1 for a ready result and less
for one that is not, and ties, brokers, vouchers and finance lower what the buyer bears; so do
terms that take risk off the buyer or off who decides for the seller. Sellers who keep more of the
income help the buyer more [K7, T21: incentives act on quality]. A result meant for a firm of its
own is signed likewise, with the matched firm as its partner: the route changes, not the rate
[T10]. Some sales end in a product, most do not [K12].
"""

import numpy as np
from numpy.typing import NDArray

from sim.core import identity
from sim.core.arrays import Flags, Rows, Whole
from sim.inputs.levers import RISK_RELIEF, SELLER_INCENTIVE, TRANSFER_FINANCE
from sim.processes.contract import slots
from sim.processes.contract.deals import Deals, Named
from sim.processes.contract.parameters import Parameters
from sim.processes.contract.signing import sign
from sim.state import ties
from sim.state.books import YUAN
from sim.state.columns import RESULT_UNITS
from sim.state.learnt import absorptive_capacity
from sim.state.state import State
from sim.state.time import taken_on

_STEEPEST = 50.0  # of a logistic: beyond it a chance is 0 or 1


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
        ids, due = state.results.id[result], state.quarter + round(p.payment_delay)
        sums = price * p.risk * share
        state.reserve(offer, ids, sums, due=due, payee="firm", lot=state.lot(ids))


def _sell(state: State, p: Parameters, result: Rows, buyer: Rows, service: Rows) -> None:
    """Sell results, draw the products that come of them, and sign the contracts."""
    results, luck = state.results, state.luck("contract")
    results.open[result] = False
    results.sold[result] = state.quarter
    products = luck.happens(results.id[result], results.success[result], slots.PRODUCT)
    state.flows.products_of_transfers += float(products.sum())
    state.firms.partner[buyer] = results.owner[result]
    held = (luck.uniform(results.id[result], slots.TAUGHT) * RESULT_UNITS).astype(np.int64)
    deals = Deals(
        ids=identity.mixed(identity.CONTRACT, results.id[result], state.quarter, 1 << 20),
        buyer=buyer,
        named=Named(
            seller=results.owner[result].astype(np.int64),
            firm=np.full(result.size, ties.NOBODY),
            # What goes into a firm of its own is not the partner's to learn.
            unit=np.where(results.spin_off[result], -1, results.capabilities[result, held]),
        ),
        service=service,
        value=results.value[result],
        transfer=True,
        # Nor to use.
        absorbed=~results.spin_off[result],
    )
    sign(state, p, deals)


def _remembers(state: State, buyer: Rows, owner: Whole) -> Flags:
    """Return whether each buyer remembers a deal with the owner."""
    known = state.organisations_remembered(buyer) == owner[:, None]
    return np.asarray(known.any(axis=1), np.bool_)


def transfer_results(state: State, p: Parameters) -> None:
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
    eased = (service >= 0) | _remembers(state, buyer, owner)
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
    lot, follows = state.lot(results.id[result[signed]]), state.researchers.sale * price[signed]
    willing = signed.copy()
    signed[willing] = taken_on(state, owner[willing], follows, lot)
    state.flows.sales_declined += float((willing & ~signed).sum())
    _finance(state, p, result[signed], price[signed], financed)
    _sell(state, p, result[signed], buyer[signed], service[signed])
