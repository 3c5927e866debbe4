"""Researchers' time, told for one organisation at a time."""

from math import inf

from sim.state.columns import ACTIVE, BODY_CODE, TALENT_KINDS

YEAR, OVER = 4, 2


class OrganisationWithTime:
    def posts_left(self):
        """Return the full posts that its researchers could still give to others."""
        if self.kind == BODY_CODE["outside"]:
            return inf
        staff = self.researchers if self.status == ACTIVE else 0.0
        return max(self.model.given_time.room * staff - self.posts_given(), 0.0)

    def posts_given(self):
        time = self.model.given_time
        given = self.visiting * time.visits + self.posted * time.post
        given += self.posts_in_projects() + self.posts_after_sales() + self.posts_in_firms()
        institutes = self.model.platforms("institute")
        if self in institutes:
            students = sum(self.model.totals.graduates_due.values())
            part = self.researchers / max(sum(o.researchers for o in institutes), 1e-9)
            given += time.student * students * part
        return given

    def posts_in_projects(self):
        """Return what firms' projects bind; what it leads itself is its own research."""
        projects = self.model.run.state.projects
        under_way = (projects.organisation == self.row) & (projects.phase < OVER)
        posts = projects.researchers[under_way] * projects.stands_for[under_way]
        return sum(posts.tolist())

    def posts_after_sales(self):
        """Return what follows up on the results that it sold in the past year."""
        contracts, since = self.model.run.state.contracts, self.model.quarter - YEAR + 1
        sold = (contracts.seller == self.row) & contracts.transfer & (contracts.quarter >= since)
        return self.model.given_time.sale * sum(contracts.value[sold].tolist())

    def posts_in_firms(self):
        talents, now = self.model.run.state.talents, self.model.quarter
        serves = (talents.organisation == self.row) & (talents.came <= now) & (talents.until >= now)
        serves &= talents.kind == TALENT_KINDS.index("vice_president")
        return self.model.given_time.vice_president * self.model.weight * int(serves.sum())


def with_time(tasks):
    """Return which tasks are taken on: each organisation takes those with the lower lots first.

    Each task is whom it is asked of, the full posts that it takes, its lot, and what it is.
    """
    taken, asked = [], {}
    for organisation, posts, _, what in sorted(tasks, key=lambda task: task[2]):
        asked[organisation.row] = asked.get(organisation.row, 0.0) + posts
        if asked[organisation.row] <= organisation.posts_left():
            taken.append(what)
    return taken
