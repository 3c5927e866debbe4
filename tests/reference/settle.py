"""Settle, told for one line and one claim at a time."""

from sim.core import quarter
from sim.state.books import YUAN

from .means import repaid


def settle(city, p):
    """Clear the quarter's claims line by line, and close the public books."""
    waiting = {}
    for claim in city.run.state.claims:
        waiting.setdefault(claim.offer.account.line, []).append(claim)
    city.run.state.claims.clear()
    city.cleared_now = {}
    for line in sorted(waiting):
        clear(city, p, line, waiting[line])
    for line in city.books.limited:
        learn(city, p, line)
    if quarter.season(city.quarter) == 4:
        for line in sorted(city.books.limited):
            if line != "venture_fund":
                city.books.lapse(line)
    city.books.settle(city.quarter)
    for to, sums in city.books.receipts(city.quarter):
        for row, paid in zip(to.rows.tolist(), sums.tolist(), strict=True):
            if to.of == "account":
                organisation = city.organisations[row]
                organisation.received += paid / YUAN / organisation.stands_for
            else:
                repaid(
                    city, city.firms if to.of == "firm" else city.organisations, row, paid / YUAN
                )


def clear(city, p, line, claims):
    """Serve the claims on a line, the better class whole before the next."""
    asked = [claim.amounts.tolist() for claim in claims]
    given = asked
    if line in city.books.limited:
        given = shared(city.books.lines[line].free, asked, [classes(city, c) for c in claims])
        city.cleared_now[line] = (sum(map(sum, given)), sum(map(sum, asked)))
    for claim, sums in zip(claims, given, strict=True):
        due = city.quarter + round(p.delay)
        city.promise(claim.offer, sums, due=due, payees=claim.payee, to=claim.to)
        if claim.note:
            claim.note(city.run.state, claim.rows.tolist(), [each / YUAN for each in sums])


def classes(city, claim):
    """Return classes of merit; in each those for kinds that lag behind their targets come first."""
    kinds = claim.offer.kinds
    first = kinds and all(city.totals.served_first[kind] for kind in kinds)
    return [2 * merit + (1 if first else 0) for merit in claim.merit.tolist()]


def shared(free, asked, merit):
    """Return what each is granted: all of it, an equal share of it, or nothing."""
    granted = [[0] * len(sums) for sums in asked]
    for best in sorted({of for classes in merit for of in classes}, reverse=True):
        at = [
            (i, j) for i, classes in enumerate(merit) for j, of in enumerate(classes) if of == best
        ]
        wanted = sum(asked[i][j] for i, j in at)
        for i, j in at:
            granted[i][j] = asked[i][j] if wanted <= free else asked[i][j] * free // wanted
        if wanted > free:
            break
        free -= wanted
    return granted


def learn(city, p, line):
    """Let recipients trust a line by what part of a year's claims it granted."""
    state = city.run.state
    year = [*state.cleared.get(line, ()), city.cleared_now.get(line, (0, 0))][-4:]
    state.cleared[line] = tuple(year)
    granted, claimed = (sum(quarter[part] for quarter in year) for part in (0, 1))
    trusted = city.trust.get(line, 1.0)
    if claimed > 0:
        trusted = p.kept_trust * trusted + (1 - p.kept_trust) * granted / claimed
    city.trust[line] = trusted
    city.offers.weigh_anew()
