"""Kinds of projects, and where one stands in its life, as the table codes them."""

from sim.state.columns import PROJECT_KINDS

JOINT, CITY, PROVINCIAL, NATIONAL = range(len(PROJECT_KINDS))
FIRST_HALF, SECOND_HALF, OVER, STOPPED = range(4)
