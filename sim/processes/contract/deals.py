"""Deals: what contracts of one stream say when they are signed."""

from dataclasses import dataclass
from typing import NamedTuple

from sim.core.arrays import Flags, Floats, Ids, Rows

FIRM_SELLS, OUTSIDER_SELLS = -1, -2


class Named(NamedTuple):
    """With whom contracts are signed, and the units of knowledge that they are about.

    Attributes:
        seller: Rows of organisations; or a firm, or an outsider.
        firm: Rows of the firms that sell; -1 where none does.
        unit: The units.
    """

    seller: Rows
    firm: Rows
    unit: Rows


@dataclass(frozen=True, kw_only=True)
class Deals:
    """What contracts of one stream say when they are signed.

    Attributes:
        ids: Their ids.
        buyer: Rows of firms.
        named: Their sellers, and what they are about.
        service: Who brokered them, row; -1 for nobody.
        value: Million CNY.
        transfer: Whether they sell results of universities or institutes.
        additional: Whether a voucher brought them about.
        absorbed: Whether the buyer itself uses what it bought.
    """

    ids: Ids
    buyer: Rows
    named: Named
    service: Rows
    value: Floats
    transfer: bool = False
    additional: bool = False
    absorbed: Flags | bool = True
