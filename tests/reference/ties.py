"""Whom a firm remembers, one deal at a time."""

from .luck import mix

NOBODY = -1
TASTE, LOT = 0, 1


class RememberingFirm:
    def remember(self, counterpart):
        """Remember a counterpart, in the place of the one dealt with longest ago."""
        place = self.dealt.index(min(self.dealt))
        if counterpart in self.known:
            place = self.known.index(counterpart)
        self.known[place], self.dealt[place] = counterpart, self.model.quarter

    def remembers(self):
        """Return whom it remembers, place by place."""
        city = self.model
        return [
            counterpart if city.quarter - dealt < city.ties.memory else NOBODY
            for counterpart, dealt in zip(self.known, self.dealt, strict=True)
        ]

    def organisations_it_remembers(self):
        return [-2 - counterpart for counterpart in self.remembers() if counterpart < NOBODY]

    def taste_for(self, other, deal):
        """Return what another is to it beside the fit of knowledge; a lot parts who fit as well."""
        city = self.model
        lot = city.luck.uniform("ties", 0, mix(deal, other.id), LOT)
        taste = city.luck.normal("ties", 0, mix(self.id, other.id), TASTE)
        return city.ties.taste * taste + 1e-6 * lot
