"""Packages: what a talent is offered, by how much it raises the odds, and who claims it.

Candidates weigh an offer and come with the odds

    s / (1 - s) · (1 + package / true cost)^response · (hosts / hosts at the start)^pull

where ``s`` is the share that comes without policy.
"""

from sim.core.arrays import Ids, Rows
from sim.inputs.codes import KIND_CODE
from sim.inputs.levers import TALENT_MONEY
from sim.processes.talent import slots
from sim.processes.talent.parameters import Parameters
from sim.state.columns import BODY_CODE
from sim.state.offers import Offer
from sim.state.state import State

PUBLIC_HOSTS = frozenset(("university", "institute", "public_body", "outside"))


def attraction(money: float, package: float, hosts: float, p: Parameters) -> float:
    """Return by how much a package and the hosts raise the odds, against the start."""
    return float((1 + money / package) ** p.response * hosts**p.pull)


def acceptance(share: float, raised: float) -> float:
    """Return the chance that a candidate comes where the odds of a share are raised."""
    odds = share / (1 - share) * raised
    return odds / (1 + odds)


def packages(state: State, kind: str) -> list[Offer]:
    """Return the packages that hold for a talent of a kind."""
    found = state.offers.on(TALENT_MONEY)
    if kind == "leading_talent":
        return list(found)
    institute = KIND_CODE["institute"]
    return [
        offer
        for offer in found
        if offer.hosts & PUBLIC_HOSTS and (not offer.kinds or institute in offer.kinds)
    ]


def counted_on(state: State, kind: str) -> float:
    """Return what a talent of a kind counts on of the packages, million CNY."""
    return sum(state.trust_in(offer) * offer.dose for offer in packages(state, kind))


def weighing(
    state: State, p: Parameters, kind: str, ids: Ids, share: float, package: float, hosts: float
) -> Ids:
    """Return the candidates whom the city draws, with what they count on of the packages."""
    money = counted_on(state, kind)
    chance = acceptance(share, attraction(money, package, hosts, p))
    return ids[state.luck("talent").happens(ids, chance, slots.ACCEPTS)]


def claim_packages(state: State, kind: str, organisation: Rows) -> None:
    """Have the packages claimed for those who come, by the organisation; -1 for a firm's."""
    payee = payees(state, organisation)
    for offer in packages(state, kind):
        state.claim(offer, offer.dose, payee=payee, rows=organisation)


def payees(state: State, organisation: Rows) -> list[str]:
    """Return the class of payee per talent, by the organisation; -1 for a firm's."""
    kinds = state.organisations.kind[organisation]
    at_university = (kinds == BODY_CODE["university"]).tolist()
    return [
        "firm" if row < 0 else "university" if teaches else "institute"
        for row, teaches in zip(organisation.tolist(), at_university, strict=True)
    ]
