"""Slots of the process's draws, all in one place, so that a new rule finds one that is free."""

# A firm's in a quarter: first for vice-presidents, then for professors.
APPLIES, PUSHED, WILLING, LOT = 0, 2, 4, 5
# A talent's or a post's.
SCORE, SENDER, POINTER, CARRIES, TIES, UNIT, STAYS, ACCEPTS, FORGETS = range(8, 17)
# A start's: who holds a title, and since when.
HOLDS, SINCE = 20, 22
# Places on rings.
LOCAL, OUTSIDE, FIRM = 24, 25, 26
CANDIDATES = 28  # an institute's candidates of a quarter
ROOM = 29  # posts of a quarter, in rows
PLACE = 30  # an applicant's share of the last place
