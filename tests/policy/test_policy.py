import pytest

from sim.core.errors import ConfigError
from sim.inputs.plan import Plan
from sim.inputs.plan_file import load_plan
from sim.policy.choosing import build_mix, mix_names
from sim.policy.mix import Mix

FOUNDING = {"founding_subsidy", "operating_subsidy", "platform_support", "capacity_building"}
TYPES = {
    "founding": FOUNDING,
    "ladder": {
        "accreditation_reward",
        "performance_reward",
        "matching_grant",
        "recognition_reward",
        "evaluation",
        "management",
    },
    "transfer": {
        "contract_bonus",
        "voucher",
        "sharing_reward",
        "matchmaking",
        "market_listing",
        "transfer_term",
        "incentive",
        "training",
    },
    "talent": {"talent_package", "secondment", "training"},
    "research": {"rd_subsidy", "tax_incentive", "project_funding", "priority", "demand_pull"},
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan("weihai_2018")


def ids(mix: Mix) -> list[str]:
    return [instrument.id for instrument in mix.instruments]


def refused(plan: Plan, *args: object, **kwargs: object) -> str:
    with pytest.raises(ConfigError) as error:
        build_mix(plan, *args, **kwargs)
    return str(error.value)


# Built-in mixes


def test_the_built_in_mixes_are_listed_in_order():
    assert mix_names() == [
        "none",
        "as_written",
        "founding",
        "ladder",
        "transfer",
        "incubation",
        "talent",
        "research",
    ]


@pytest.mark.parametrize("name", mix_names())
def test_a_mix_has_its_name_and_keeps_the_plans_order(plan, name):
    mix = build_mix(plan, name)
    assert mix.name == name
    chosen = ids(mix)
    assert chosen == [i.id for i in plan.instruments if i.id in chosen]
    assert mix.empty == (name == "none")


def test_as_written_is_everything_and_none_is_nothing(plan):
    assert build_mix(plan, "as_written").instruments == plan.instruments
    assert build_mix(plan, "none").instruments == ()
    assert build_mix(plan, None) == build_mix(plan, "none")


@pytest.mark.parametrize("name", TYPES)
def test_a_mix_selects_by_type(plan, name):
    expected = [i.id for i in plan.instruments if i.type in TYPES[name]]
    assert ids(build_mix(plan, name)) == expected


def test_incubation_is_funds_and_founding_for_the_kinds_that_incubate(plan):
    mix = build_mix(plan, "incubation")
    assert ids(mix) == ["operating_support", "carrier_land", "transfer_finance", "platform_capital"]
    kinds = {i.id: i.kinds for i in mix.instruments}
    assert kinds["operating_support"] == ("makerspace", "incubator", "accelerator")
    assert kinds["carrier_land"] == ("incubator", "makerspace")
    assert mix.instruments[0].platform_kind == ("all",)


def test_a_mix_without_anything_to_select_is_empty(plan):
    mine = build_mix(plan, {"name": "mine", "types": ["demand_pull"]})
    assert not mine.instruments
    assert mine.watched
    assert not mine.empty  # the targets stand
    assert build_mix(plan, "none").empty
    assert build_mix(plan, {"name": "mine", "types": ["demand_pull"], "watched": False}).empty


# Mixes of one's own


def test_a_mix_file_of_ones_own(plan, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\n"
        "only: [evaluation, innovation_voucher, star_makerspace]\n"
        "without: [evaluation]\n"
        "instruments: {star_makerspace: {amount: 1.5}}\n"
    )
    mix = build_mix(plan, path)
    assert mix == build_mix(plan, str(path))
    assert mix.name == "mine"
    assert ids(mix) == ["star_makerspace", "innovation_voucher"]
    assert mix.instruments[0].amount == 1.5


def test_a_mix_file_says_how_much_money_the_lines_have_and_what_is_typed_multiplies_it(
    plan, tmp_path
):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nbudget: 1.5\nlater_start: 2020Q1\nlater_budget: 3\n", "utf-8")
    mix = build_mix(plan, path)
    assert (mix.budget, mix.later_start, mix.later_budget) == (1.5, plan.start + 4, 3.0)
    assert build_mix(plan, {"name": "mine"}).budget == 1.0
    nothing_first = {"name": "mine", "budget": 0, "later_start": "2020Q1", "later_budget": 2}
    assert build_mix(plan, nothing_first).money == ((0, 0.0), (plan.start + 4, 2.0))
    twice = build_mix(plan, f"{path}+budget=2~evaluation")
    assert (twice.budget, twice.later_start, twice.later_budget) == (3.0, plan.start + 4, 6.0)
    assert twice.name == "mine~evaluation+budget=2"
    other = load_plan("changzhou_2019")
    assert build_mix(other, f"{path}+from=weihai_2018").later_start == other.start + 4


def test_only_restricts_what_the_types_select(plan):
    mix = build_mix(
        plan, {"name": "mine", "types": ["voucher"], "only": ["evaluation", "innovation_voucher"]}
    )
    assert ids(mix) == ["innovation_voucher"]


# Changes


def test_a_mix_that_leaves_something_out_says_so_in_its_name(plan):
    mix = build_mix(plan, "as_written", without=["innovation_voucher", "evaluation"])
    assert mix.name == "as_written~evaluation~innovation_voucher"
    assert len(mix.instruments) == len(plan.instruments) - 2


def test_what_a_mix_does_not_select_cannot_be_left_out_of_its_name(plan):
    assert build_mix(plan, "none", without=["evaluation"]).name == "none"


def test_a_mix_with_a_changed_value_says_so_in_its_name(plan):
    changes = {
        "star_makerspace": {"level": "national", "amount": 2.0},
        "innovation_centre_firm": {"amount": 0.05},
    }
    mix = build_mix(plan, "as_written", without=["evaluation"], changes=changes)
    assert mix.name == (
        "as_written~evaluation+innovation_centre_firm.amount=0.05"
        "+star_makerspace.amount=2+star_makerspace.level=national"
    )
    changed = {i.id: i for i in mix.instruments}
    assert changed["star_makerspace"].levels == ("national",)
    assert changed["innovation_centre_firm"].dose(0.3) == 0.05


def test_a_changed_mix_can_be_changed_again(plan):
    once = build_mix(plan, "ladder", without=["evaluation"])
    twice = build_mix(plan, once, changes={"star_makerspace": {"amount": 3}})
    assert twice.name == "ladder~evaluation+star_makerspace.amount=3"
    assert "evaluation" not in ids(twice)


def test_an_amount_takes_the_place_of_an_assumed_range(plan):
    mix = build_mix(plan, "transfer", changes={"innovation_voucher": {"amount": 0.4}})
    voucher = mix.instruments[0]
    assert voucher.dose(0.1) == voucher.dose(0.9) == 0.4
    assert not voucher.has_draw
    assert voucher.assumed == 0.0


def test_one_number_of_a_range_can_be_changed(plan):
    changes = {"innovation_voucher": {"effect": {"default": 0.45}}}
    mix = build_mix(plan, "transfer", changes=changes)
    assert mix.name == "transfer+innovation_voucher.effect.default=0.45"
    assert mix.instruments[0].dose(0.5) == 0.45


def test_a_changed_value_with_signs_still_names_a_folder(plan):
    mix = build_mix(plan, "as_written", changes={"evaluation": {"note": "../a b"}})
    assert mix.name == "as_written+evaluation.note=.._a_b"


def test_a_restriction_to_kinds_survives_a_change(plan):
    changes = {"operating_support": {"end": "2019Q4"}}
    mix = build_mix(plan, "incubation", changes=changes)
    assert mix.instruments[0].kinds == ("makerspace", "incubator", "accelerator")


# What is refused, and how


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evaluatoin": {"amount": 1}}, ["instrument of weihai_2018", "mean 'evaluation'?"]),
        ({"evaluation": {"amont": 1}}, ["policy.instruments.evaluation", "mean 'amount'?"]),
        ({"evaluation": 3}, ["policy.instruments.evaluation: a mapping", "the number 3"]),
        ({"evaluation": {"start": "2018Q1"}}, ["leaves the plan's"]),
        ({"evaluation": {"effect": {"default": 0.9}}}, ["0.9", "outside [0.0, 0.3]"]),
        ({"evaluation": {"effect": {"defalt": 0.1}}}, ["mean 'default'?"]),
        ({"evaluation": {"effect": 0.1}}, ["effect: a mapping", "the number 0.1"]),
        ({"star_makerspace": {"amount": "2"}}, ["star_makerspace.amount", "the text '2'"]),
        ({"star_makerspace": {"amount": -1}}, ["star_makerspace.amount", "from 0 on"]),
        ({"innovation_voucher": {"amount": 5}}, ["share from 0 to 1"]),
        (
            {"innovation_voucher": {"amount": 0.5, "wording": "unstated"}},
            ["with an amount it is one of"],
        ),
    ],
)
def test_a_changed_value_is_checked_like_a_new_one(plan, changes, words):
    message = refused(plan, "as_written", changes=changes)
    for word in words:
        assert word in message


def test_a_change_of_what_the_mix_does_not_select_is_refused(plan):
    message = refused(plan, "talent", changes={"evaluation": {"end": "2019Q4"}})
    assert "policy talent: instruments.evaluation is changed, but the mix does not" in message
    assert "it selects: broker_training_bases, talent_priority" in message
    message = refused(plan, "none", changes={"evaluation": {"end": "2019Q4"}})
    assert "it selects: nothing" in message
    message = refused(
        plan, "ladder", without=["evaluation"], changes={"evaluation": {"end": "2019Q4"}}
    )
    assert "the mix does not select" in message


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("laddr", ["no policy 'laddr'", "known: as_written", "mean 'ladder'?"]),
        ({"types": "all"}, ["'name' is missing"]),
        ({"name": "../mine"}, ["may hold only letters"]),
        ({"name": "2018"}, ["the name '2018' would be read back"]),
        ({"name": "mine", "type": "all"}, ["no key 'type'", "mean 'types'?"]),
        ({"name": "mine", "types": ["vouchr"]}, ["types", "mean 'voucher'?"]),
        ({"name": "mine", "types": 3}, ["policy.types: a list", "the number 3"]),
        ({"name": "mine", "only": ["evaluatoin"]}, ["policy.only", "mean 'evaluation'?"]),
        ({"name": "mine", "without": ["x"]}, ["policy mine: without", "no instrument"]),
        ({"name": "mine", "kinds": ["incubator"]}, ["types_for_kinds and kinds go together"]),
        ({"name": "mine", "instruments": [1]}, ["policy.instruments: a mapping", "a list"]),
        ({"name": "mine", "budget": -0.5}, ["policy.budget", "from 0 on", "-0.5"]),
        ({"name": "mine", "budget": 101}, ["policy.budget", "up to 100 times the money", "101"]),
        ({"name": "mine", "budget": "more"}, ["policy.budget", "a number"]),
        ({"name": "mine", "later_budget": 2}, ["later_start and later_budget go together"]),
        (
            {"name": "mine", "later_start": "2019Q1", "later_budget": 2},
            ["policy.later_start", "2019Q2 to 2020Q4, not 2019Q1"],
        ),
    ],
)
def test_a_wrong_mix_is_named_with_what_is_allowed(plan, policy, words):
    message = refused(plan, policy)
    for word in words:
        assert word in message


def test_a_file_may_not_take_the_name_of_another_mix(plan, tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text("name: as_written\ntypes: [training]\n")
    for own in (str(file), {"name": "none", "types": ["training"]}):
        with pytest.raises(ConfigError, match="is another mix, one that comes with the program"):
            build_mix(plan, own)
    file.write_text("name: as_written\ntypes: all\n")
    assert build_mix(plan, str(file)) == build_mix(plan, "as_written")


@pytest.mark.parametrize("policy", ["founding+ladder", "as_written~talent"])
def test_a_mix_cannot_be_added_to_a_mix(plan, policy):
    with pytest.raises(ConfigError, match="is a mix, and ~ and"):
        build_mix(plan, policy)


def test_an_unknown_instrument_cannot_be_left_out(plan):
    message = refused(plan, "as_written", without=["evaluatoin"])
    assert "policy as_written: without: no instrument of weihai_2018 'evaluatoin'" in message
    assert "mean 'evaluation'?" in message
