"""What is measured of a city, and the refusal where nothing measures a target."""

import pytest

from sim.core.errors import ConfigError
from sim.inputs.plan_file import plan_from_tree, tree_of
from sim.region.region import simulate


def test_a_target_whose_id_was_changed_and_that_names_no_indicator_is_refused():
    tree = tree_of("weihai_2018")
    tree["targets"]["brokerz"] = tree["targets"].pop("brokers")
    plan = plan_from_tree(tree, "plan mine")
    with pytest.raises(ConfigError, match=r"targets\.brokerz: no indicator 'brokerz'; .*'brokers'"):
        simulate(plan, None, quarters=1, scale=0.1)
