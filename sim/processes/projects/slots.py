"""Slots of the process's draws: two draws of one id must not share a slot."""

# Of a firm's, an organisation's or a talent's draws in a quarter.
COUNT, APPLIES, PROVINCIAL, NATIONAL, BRINGS = 0, 4, 5, 6, 0
LAST_PLACE = 32  # a project's, in a quarter
# Of a project's own draws.
NEAR, POINTER, MAJOR, VALUE, LENGTH, PROVED = range(1, 7)
SELLS, PILOT, USER, PRODUCTION, SALES, LISTED, SCORE, BEGAN = range(8, 16)
TURN, REMEMBERED = 16, 17
# Of the start: past projects by kind, and ties.
PAST, TIED = 20, 30
# Of rings.
NEAR_RING, WIDE_RING, FIRM_RING = 40, 41, 42
