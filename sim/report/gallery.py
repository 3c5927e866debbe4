"""The gallery: the pictures of a study with their words, and what of the study each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

ATTAINMENT, FAN, SPENDING, COMPARED = "attainment", "fan", "spending", "compared"
SWEPT = "swept"  # of all points of a sweep, and of no plan's chapter


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What a picture shows, and what of the study it belongs to.

    Attributes:
        name: Its files' name, without their endings.
        words: What it shows, for those who cannot see it.
        kind: ``attainment``, ``fan``, ``spending``, ``compared`` or ``swept``.
        plan: The plan's name; empty where it stands in no plan's chapter.
        target: The target's id; empty where it shows several.
        policy: The mix's name; empty where it shows several.
    """

    name: str
    words: str
    kind: str
    plan: str
    target: str = ""
    policy: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture(Caption):
    """A picture that has been drawn.

    Attributes:
        svg: The drawing, as its file has it.
    """

    svg: str


@dataclass(frozen=True)
class Gallery:
    """The pictures of a study, in the order in which its report shows them.

    Attributes:
        pictures: Plan by plan.
    """

    pictures: Sequence[Picture] = ()

    def of(self, plan: str, kind: str, policy: str = "") -> list[Picture]:
        """Return a plan's pictures of a kind; of one mix, where its name is given."""
        own = [picture for picture in self.pictures if picture.plan == plan]
        of_kind = [picture for picture in own if picture.kind == kind]
        return [picture for picture in of_kind if policy in ("", picture.policy)]
