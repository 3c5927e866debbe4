"""Contract, told for one match, one firm and one contract at a time."""

from functools import partial
from math import exp, log

import numpy as np

from sim.core import identity
from sim.inputs.levers import (
    EQUIPMENT_SHARE,
    RISK_RELIEF,
    SELLER_INCENTIVE,
    SHARING_REWARD,
    TRANSFER_BONUS,
    TRANSFER_FINANCE,
    VOUCHER_SHARE,
)
from sim.processes.contract.deals import FIRM_SELLS, OUTSIDER_SELLS
from sim.processes.contract.sellers import SELLING as SELLING_KINDS
from sim.state.books import YUAN, Purse
from sim.state.columns import ACTIVE, RESULT_UNITS

from .knowledge import PER_FIELD, capabilities, fit_of_field, nearest
from .luck import Ring, descending_id, id_of_name, poisson
from .time import with_time

STEEPEST = 50.0  # of a logistic
SELLING = SELLING_KINDS.tolist()  # by kind code

# Slots of a contract, of a result, and of a firm or organisation in a quarter.
VALUE, OUTSIDE, ORGANISATION = range(3)
BROKER, OFFICE, REGISTERED, ORDER = range(4, 8)
REGISTERED_FOR_BONUS, REMEMBERED = 8, 9
SIGNED, PRODUCT, TAUGHT = 0, 1, 2
COMMON, ASKED = 12, 16
COUNT, TAKES_VOUCHER, EQUIPMENT, SELLER = 0, 4, 8, 10
NEAR_SELLER, CLUSTER_SELLER = 12, 13
FROM_RESULT = 1 << 20  # serial of the contract on a result


class ContractingFirm:
    def absorptive_capacity(self):
        """Return its R&D stock over itself plus the typical one."""
        typical = max(self.model.norms.typical_rd_stock, 1e-9)
        return self.rd_stock / (self.rd_stock + typical)

    def commissions(self, p, scale):
        """Return how many services it commissions in this quarter."""
        if not self.alive or self.rd <= 0.0:
            return 0
        return poisson(scale * self.rd**p.elasticity, self.draw("contract", COUNT))

    def sells(self):
        return self.alive and self.rd > 0

    def fits(self, p, unit):
        """Return how far the nearest of its units overlaps with one."""
        return nearest(p, self.capabilities, unit)[0]

    def may_use_voucher(self, p):
        small = self.alive and self.employees < p.voucher_staff
        return small and (self.technology_sme or self.rd > 0)

    def asks_for_voucher(self, p, reach, share, slot):
        """Tell whether it asks, the oftener the larger the part of its bill that is paid."""
        return self.draw("contract", slot) < reach / 4 * min(share, 1.0) / p.usual_share


class ContractingOrganisation:
    def sells(self):
        return SELLING[self.kind] and self.status == ACTIVE

    def fits(self, p, unit):
        """Return how far what it knows, its field as a whole, overlaps with a unit."""
        return fit_of_field(p, self.field, unit)

    def registers_contracts(self):
        return self.registration and self.status == ACTIVE

    def serve(self, value, weight):
        self.cases += weight
        self.income += value * weight


class SoldResult:
    def be_sold(self, match):
        self.open = False
        self.sold = self.model.quarter
        self.model.flows.products_of_transfers += self.draw("contract", PRODUCT) < self.success
        match.buyer.partner = self.owner

    def what_it_teaches(self):
        return self.capabilities[int(self.draw("contract", TAUGHT) * RESULT_UNITS)]


class DrawnContract:
    def is_registered(self, p, served_districts):
        """Tell whether it is registered: of itself, by a local service, or for the bonus."""
        city = self.model
        chance = p.register
        if city.firms[self.buyer].district in served_districts:
            chance += p.register_locally * (1 - p.register)
        if self.draw_for_life("contract", REGISTERED) < chance:
            return True
        bonus = bonus_excess(self.value, city.counted_on(TRANSFER_BONUS), p) > 0
        won_over = self.draw_for_life("contract", REGISTERED_FOR_BONUS) < p.bonus_registers
        return bonus and self.service >= 0 and won_over

    def weight(self):
        """Return how many real contracts it stands for."""
        return 1.0 if self.transfer else self.model.weight


def agree(city, p):
    city.contracts = []
    for firm in city.firms:
        firm.absorbed = 0.0
        firm.voucher = 0.0
    for organisation in city.organisations:
        organisation.income = 0.0
        organisation.cases *= p.remembered
    transfer(city, p)
    develop(city, p)
    able = [firm for firm in city.firms if firm.may_use_voucher(p)]
    use_vouchers(city, p, VOUCHER_SHARE, able, p.voucher_reach, TAKES_VOUCHER)
    reach = p.voucher_reach * p.equipment_uses
    use_vouchers(city, p, EQUIPMENT_SHARE, able, reach, EQUIPMENT)
    reward_sharing(city)
    claim_bonus(city, p)
    count(city)


# (a) Transfer of results


def transfer(city, p):
    tried = matches_to_try(city)
    if not tried:
        return
    prices = [match.result.value for match in tried]
    financed = share_financed(city, p, sum(prices))
    signed = [
        match
        for match in tried
        if match.result.draw("contract", SIGNED) < signing_chance(city, p, match, financed)
    ]
    asked = [
        (
            city.organisations[match.result.owner],
            city.given_time.sale * match.result.value,
            match.result.draw("lot"),
            match.result.row,
        )
        for match in signed
    ]
    taken = with_time(asked)
    city.flows.sales_declined += len(signed) - len(taken)
    signed = [match for match in signed if match.result.row in taken]
    finance(city, p, signed, financed)
    for match in signed:
        match.result.be_sold(match)
    served = served_districts(city)
    for match in signed:
        result = match.result
        contract = city.new_contract(
            id=descending_id(identity.CONTRACT, result.id, city.quarter, FROM_RESULT),
            quarter=city.quarter,
            transfer=True,
            buyer=match.buyer.row,
            seller=result.owner,
            unit=-1 if result.spin_off else result.what_it_teaches(),
            service=-1 if match.service is None else match.service.row,
            value=result.value,
        )
        # What goes into a firm of its own is not the partner's to use.
        sign(city, p, contract, served, used=not result.spin_off)


def matches_to_try(city):
    """One result can be sold once: of several matches the one with the most appeal is tried."""
    best = {}
    for match in city.matches:
        other = best.get(match.result.row)
        if other is None or rank(match) < rank(other):
            best[match.result.row] = match
    return [best[row] for row in sorted(best)]


def rank(match):
    return -match.appeal, match.buyer.id


def signing_chance(city, p, match, financed):
    """Return the chance that a match is signed."""
    price, buyer, result = match.result.value, match.buyer, match.result
    eased = match.service is not None or result.owner in buyer.organisations_it_remembers()
    cost = p.transaction_cost * (1 - p.cost_saved if eased else 1.0)
    relieved = min(city.offers.dose(RISK_RELIEF), 1.0)
    borne = price * (1 + p.risk * (1 - financed) * (1 - relieved))
    helped = 1 + p.cooperation * city.offers.dose(SELLER_INCENTIVE)
    worth = result.worth * helped
    benefit = price * p.gain * match.appeal * (p.without_rd + buyer.absorptive_capacity()) * worth
    surplus = (benefit - borne - cost) / (p.noise * price)
    return p.close / (1 + exp(-min(max(surplus, -STEEPEST), STEEPEST)))


def share_financed(city, p, price):
    """Return the share of the risk that the venture money there is could carry this quarter."""
    offers = list(city.offers.on(TRANSFER_FINANCE))
    offered = sum(offer.dose for offer in offers) / 4
    for offer in offers:
        offered = min(offered, city.books.free(offer.account.line) / YUAN)
    carried = p.risk * price
    return min(1.0, offered / carried) if offered > 0 and carried > 0 else 0.0


def finance(city, p, signed, financed):
    """Pay the venture money that carried part of the signed deals."""
    for offer in city.offers.on(TRANSFER_FINANCE):
        share = financed * offer.dose / max(city.offers.dose(TRANSFER_FINANCE), 1e-9)
        claims = [match.result.value * p.risk * share for match in signed]
        city.reserve(
            offer,
            claims,
            due=city.quarter + round(p.payment_delay),
            payees="firm",
            lots=[match.result.draw("lot") for match in signed],
        )


# (b) Development and services


def develop(city, p):
    """Let firms commission services of firms, organisations and outsiders."""
    contracts = []
    for firm in city.firms:
        for serial in range(firm.commissions(p, city.norms.contract_scale)):
            contracts.append(commissioned(city, p, firm, serial))
    if not contracts:
        return
    broker(city, p, contracts)
    market = Market(city)
    for contract in contracts:
        market.name_seller(contract, *drawn_class(p, contract))
    served = served_districts(city)
    for contract in contracts:
        sign(city, p, contract, served)


def commissioned(city, p, firm, serial):
    """Return a contract of a firm whose value is drawn."""
    number = descending_id(identity.CONTRACT, firm.id, city.quarter, serial)
    mean, spread = city.figures.contract_mean, p.size_spread
    luck = city.luck.normal("contract", 0, number, VALUE)
    return city.new_contract(
        id=number,
        quarter=city.quarter,
        buyer=firm.row,
        value=exp(log(mean) - spread**2 / 2 + spread * luck),
    )


def drawn_class(p, contract):
    """Return whether an outsider sells, and whether an organisation of the city does."""
    if contract.draw_for_life("contract", OUTSIDE) < p.outside:
        return True, False
    return False, contract.draw_for_life("contract", ORGANISATION) < p.organisations_sell


class Market:
    """Who sells development and services in this quarter."""

    def __init__(self, city):
        self.city, self.p = city, city.knowledge
        self.by_field, self.by_cluster = Ring(), Ring()
        for firm in city.firms:
            if firm.sells():
                self.by_field.lay(firm.draw("contract", NEAR_SELLER), firm, firm.field)
                self.by_cluster.lay(firm.draw("contract", CLUSTER_SELLER), firm, firm.cluster)
        self.of_field, self.of_all = Ring(), Ring()
        for one in city.organisations:
            if one.sells():
                self.of_field.lay(one.draw("contract", NEAR_SELLER), one, one.field)
                self.of_all.lay(one.draw("contract", SELLER), one)
        for laid in (self.by_field, self.by_cluster, self.of_field, self.of_all):
            laid.close()

    def name_seller(self, contract, by_outsider, by_organisation):
        """Say who sells, and what unit of knowledge the contract is about."""
        city, buyer = self.city, self.city.firms[contract.buyer]
        [contract.unit] = capabilities(city.luck, self.p, contract.id, buyer.field, 1, 1)
        contract.seller, contract.seller_firm = FIRM_SELLS, -1
        if by_outsider:
            contract.seller = OUTSIDER_SELLS
            return
        if by_organisation:
            found = self.best(contract, buyer, self.organisations_asked(contract, buyer))
            if found is not None:
                contract.seller = found.row
                contract.unit = found.field * PER_FIELD + contract.unit % PER_FIELD
                return
        found = self.best(contract, buyer, self.firms_asked(contract, buyer))
        if found is not None:
            contract.seller_firm = found.row
            contract.unit = nearest(self.p, found.capabilities, contract.unit)[1]

    def organisations_asked(self, contract, buyer):
        """Return those it remembers, and strangers, every second one of the field."""
        asked = [self.city.organisations[row] for row in buyer.organisations_it_remembers()]
        return asked + self.strangers(contract, self.of_field, self.of_all, 0)

    def firms_asked(self, contract, buyer):
        """Return those it remembers, a common partner, and strangers of the field or cluster."""
        known = buyer.remembers()
        rows = [*known, self.dealt_with_by_a_partner(contract, known)]
        asked = [self.city.firms[row] for row in rows if row >= 0]
        return asked + self.strangers(contract, self.by_field, self.by_cluster, buyer.cluster)

    def strangers(self, contract, of_field, around, group):
        """Return the strangers that are asked, every second one of the field."""
        found = []
        for number in range(round(self.city.ties.asked)):
            pointer = contract.draw_for_life("contract", ASKED + number)
            if number % 2 == 0:
                found.append(of_field.pick(pointer, contract.unit // PER_FIELD))
            else:
                found.append(around.pick(pointer, group))
        return [one for one in found if one is not None]

    def dealt_with_by_a_partner(self, contract, known):
        """Return with whom somebody it remembers has dealt."""
        first = known[int(contract.draw_for_life("contract", COMMON) * len(known))]
        if first < 0:
            return -1
        theirs = self.city.firms[first].remembers()
        return theirs[int(contract.draw_for_life("contract", COMMON + 1) * len(theirs))]

    def best(self, contract, buyer, asked):
        """Return who of those asked fits best, with a taste for each; None if nobody is."""
        chosen, most = None, None
        for one in asked:
            if one is not buyer and one.sells():
                score = buyer.taste_for(one, contract.id) + one.fits(self.p, contract.unit)
                if most is None or score > most:
                    chosen, most = one, score
        return chosen


def ring_of_organisations(organisations):
    laid = Ring()
    for organisation in organisations:
        laid.lay(organisation.draw("contract", SELLER), organisation)
    return laid.close()


def bonus_excess(value, share, p):
    """Return 1 - cost / bonus of brokering a contract; 0 below the cost."""
    bonus = max(share * min(value, p.bonus_base), 1e-12)
    return max(1 - p.brokering_cost / bonus, 0.0)


def wants_broker(city, p, contract):
    excess = bonus_excess(contract.value, city.counted_on(TRANSFER_BONUS), p)
    drawn_in = (1 - p.intermediated) * p.bonus_response * excess
    return contract.draw_for_life("contract", BROKER) < p.intermediated + drawn_in


def broker(city, p, contracts):
    """Give contracts that want one a broker, in a drawn order, as far as brokers have time."""
    waiting = [contract for contract in contracts if wants_broker(city, p, contract)]
    waiting.sort(key=lambda contract: contract.draw_for_life("contract", ORDER))
    luck = city.luck.uniform("contract", city.quarter, id_of_name("broker cases"))
    cases = int(city.flows.broker_cases / city.weight + luck)
    offices = ring_of_organisations(city.platforms("transfer_service"))
    for contract in waiting[:cases]:
        office = offices.pick(contract.draw_for_life("contract", OFFICE))
        if office is not None:
            contract.service = office.row


# Signing


def served_districts(city):
    """Return the districts that have an active technology-market registration service."""
    return {o.district for o in city.organisations if o.registers_contracts()}


def sign(city, p, contract, served, used=True):
    """Write a contract down and book what it means for buyer, seller and intermediary."""
    contract.registered = contract.is_registered(p, served)
    city.contracts.append(contract)
    buyer = city.firms[contract.buyer]
    if contract.seller >= 0:
        # A result is bought by one of the firms of a row.
        lot = contract.draw_for_life("contract", REMEMBERED)
        if not contract.transfer or lot < 1 / city.weight:
            buyer.remember(-2 - contract.seller)
    elif contract.seller_firm >= 0:
        buyer.remember(contract.seller_firm)
        city.firms[contract.seller_firm].remember(contract.buyer)
    buyer.absorbed += contract.value * used * contract.weight() / city.weight
    buyer.purchases += 1
    for party in (contract.seller, contract.service):
        if party >= 0:
            city.organisations[party].serve(contract.value, contract.weight())


# Vouchers


def use_vouchers(city, p, lever, able, reach, slot):
    """Let firms ask for a voucher; those who use it sign a contract, or would have anyway."""
    share = city.counted_on(lever, most=1.0)
    firms = [
        firm
        for firm in able
        if firm.asks_for_voucher(p, reach, share, slot)
        and firm.draw("contract", slot + 1) < 1 - p.voucher_unused
    ]
    offers = list(city.offers.on(lever))
    total = max(sum(offer.dose for offer in offers), 1.0)
    for offer in offers:
        parts = [p.voucher_bill * offer.dose / total * city.weight for _ in firms]
        rows = [firm.row for firm in firms]
        city.claim(offer, rows, parts, "firm", note=partial(note_voucher, city))
    using = [f for f in firms if f.draw("contract", slot + 1) < p.voucher_additional]
    market, served = Market(city), served_districts(city)
    contracts = [voucher_contract(city, p, firm, slot) for firm in using]
    for contract in contracts:
        market.name_seller(contract, by_outsider=False, by_organisation=True)
        if slot == EQUIPMENT:
            contract.unit = -1  # the use of equipment teaches nothing
    for contract in contracts:
        sign(city, p, contract, served)


def note_voucher(city, _, rows, millions):
    for row, million in zip(rows, millions, strict=True):
        city.firms[row].voucher += million / city.weight


def voucher_contract(city, p, firm, slot):
    """Return the contract that a voucher brought about."""
    number = descending_id(identity.CONTRACT, firm.id, city.quarter, slot << 20)
    return city.new_contract(
        id=number,
        quarter=city.quarter,
        buyer=firm.row,
        value=p.voucher_bill,
        additional=True,
    )


# Payments and sums


def reward_sharing(city):
    """Reward organisations for the shared services that small firms bought with vouchers."""
    value = {}
    for contract in city.contracts:
        if contract.additional and contract.seller >= 0:
            sold = contract.value * city.weight
            value[contract.seller] = value.get(contract.seller, 0.0) + sold
    rows = sorted(value)
    for offer in city.offers.on(SHARING_REWARD):
        sums = [value[row] * offer.dose for row in rows]
        city.claim(offer, rows, sums, "platform", to=Purse(np.array(rows)))


def claim_bonus(city, p):
    """Let intermediaries claim a share of the registered contracts that they brokered."""
    first = len(city.run.state.contracts)  # the row of this quarter's first contract
    claiming = [c for c in city.contracts if c.registered and c.service >= 0]
    brokered = [
        (first + city.contracts.index(c), min(c.value, p.bonus_base) * c.weight()) for c in claiming
    ]
    city.flows.bonus_base += sum(base for _, base in brokered)
    for offer in city.offers.on(TRANSFER_BONUS):
        sums = [base * offer.dose for _, base in brokered]
        rows = [row for row, _ in brokered]
        services = [contract.service for contract in claiming]
        city.claim(offer, rows, sums, "platform", to=Purse(np.array(services)), note=note_bonus)


def note_bonus(state, rows, millions):
    state.flows.bonus += sum(millions)
    for row, million in zip(rows, millions, strict=True):
        state.contracts.bonus[row] += million


def count(city):
    """Add this quarter's contracts to the flows."""
    flows = city.flows
    for contract in city.contracts:
        weight = contract.weight()
        value = contract.value * weight
        flows.contracts_real += weight
        flows.turnover_real += value
        flows.contracts += weight * contract.registered
        flows.turnover += value * contract.registered
        flows.transfers += contract.transfer
        flows.brokered += weight * (contract.service >= 0)
        flows.brokered_value += value * (contract.service >= 0)
        flows.voucher_contracts += weight * contract.additional
