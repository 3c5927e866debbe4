"""Studies whose numbers are told, with their pictures: of one mix, and of several."""

import pytest
from plans import PLANS
from studies import study_of

from sim.report import drawing

SEVERAL = ("as_written", "founding", "transfer", "talent+from=changzhou_2019")


@pytest.fixture(scope="session")
def plan():
    return PLANS["weihai_2018"]


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The plan as written beside none."""
    return study_of(tmp_path_factory.mktemp("told"), "as_written")


@pytest.fixture(scope="session")
def drawn(study):
    """The pictures of the study, whose files lie below its root."""
    return drawing.draw(study)


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """More mixes than are told one by one, one of them another plan's."""
    return study_of(tmp_path_factory.mktemp("several"), *SEVERAL, replicates=4)
