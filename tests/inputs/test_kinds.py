import pytest

from sim.core.errors import ConfigError
from sim.inputs.codes import KIND_NAMES
from sim.inputs.kinds import KINDS, kind_from, kinds_from
from sim.inputs.reading import read_folder

TREES = read_folder("kinds")


def changed(**changes):
    """Return the mapping of the incubator, with other entries; None leaves one out."""
    tree = TREES["incubator"] | changes
    return {key: value for key, value in tree.items() if value is not None}


def test_every_kind_has_its_file_and_its_code():
    assert set(TREES) == set(KIND_NAMES)
    assert tuple(KINDS) == KIND_NAMES


def test_what_a_kind_lacks_stands_for_nothing():
    centre = KINDS["key_laboratory"]
    assert (centre.seats.default, centre.seats.spread) == (0, "fixed")
    assert (centre.firm_weight.default, centre.firm_weight.spread) == (1, "fixed")
    assert not centre.joint
    assert KINDS["incubator"].seats.default == 54


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seat": 5}, "key 'seat'.*Did you mean 'seats'"),
        ({"zh": None}, "'zh' is missing"),
        ({"rate": None}, "'rate' is missing"),
        ({"hosts": None}, "'hosts' is missing"),
        ({"hosts": []}, r"\.hosts: at least one is needed"),
        ({"hosts": ["university", "university"]}, r"\.hosts: .* none twice"),
        ({"hosts": ["universty"]}, "hosts 'universty'.*Did you mean 'university'"),
        ({"levels": ["provincal"]}, "levels 'provincal'.*Did you mean 'provincial'"),
        ({"levels": ["national", "county"]}, "levels stand lowest first"),
        ({"functions": ["incubatoin"]}, "functions 'incubatoin'.*Did you mean 'incubation'"),
        ({"joint": "no"}, r"\.joint: yes or no is needed"),
        ({"seats": 54}, r"\.seats: a mapping .* is needed, not the number 54"),
        ({"seats": TREES["incubator"]["rate"]}, r"\.seats: no unit 'rate a year'; known: units"),
    ],
)
def test_a_kind_that_does_not_fit_is_refused_in_a_sentence(changes, said):
    with pytest.raises(ConfigError, match=rf"kinds/incubator\.yaml.*{said}") as error:
        kind_from("incubator", changed(**changes))
    assert "\n" not in str(error.value)


def test_a_kind_that_is_missing_or_unknown_is_named():
    with pytest.raises(ConfigError, match="the file of the kind 'institute' is missing"):
        kinds_from({name: tree for name, tree in TREES.items() if name != "institute"})
    with pytest.raises(ConfigError, match=r"kind 'incubater'.*Did you mean 'incubator'"):
        kinds_from(TREES | {"incubater": TREES["incubator"]})
