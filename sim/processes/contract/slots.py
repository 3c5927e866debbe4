"""Slots of the process's draws, all in one place, so that a new rule finds one that is free."""

# A contract's own.
VALUE, OUTSIDE, ORGANISATION = range(3)
BROKER, OFFICE, REGISTERED, ORDER = range(4, 8)
REGISTERED_FOR_BONUS, REMEMBERED = 8, 9
COMMON = 12  # the first of two in a block
ASKED = 16  # the first of those by which strangers are asked
PRODUCT, TAUGHT = 1, 2  # a result's in the quarter of its sale
# A firm's in a quarter; the slot after a voucher's decides what is made of it.
COUNT, TAKES_VOUCHER, EQUIPMENT, SELLER = 0, 4, 8, 10
NEAR_SELLER, CLUSTER_SELLER = 12, 13  # a firm's or organisation's place on a ring
