"""The numbers of the process."""

from sim.inputs.numbers import Numbers, meaning


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
    payment_delay: float = meaning("time from the contract to the fund's payment")
    usual_share: float = meaning(
        "a bill that public money pays where the voucher's reach was observed"
    )
    without_rd: float = meaning(
        "benefit to a buyer without own R&D, to which absorptive capacity adds up to 1"
    )
    remembered: float = meaning("contracts served that still count a quarter later")
