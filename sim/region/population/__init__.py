"""The starting population of a city, from its figures, in flow from the first quarter.

Every number is a figure of the city (with a source or a range) or a draw addressed to the one
it concerns. Nothing here knows a goal. Firms are thinned or multiplied by ``scale``; each then
stands for 1 / scale firms. Organisations stay one to one.
"""
