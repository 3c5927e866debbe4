"""Mixes without files: what they are called, what is in them, and what they may not be."""

import dataclasses

import numpy as np
import pytest
from plans import PLANS, begun, instrument_of, same

import sim
from sim.core.errors import ConfigError
from sim.inputs.levers import LEVERS
from sim.inputs.plan import Plan
from sim.policy.choosing import build_mix, changed, choose, expand
from sim.policy.mix import NO_POLICY, Mix, paying
from sim.policy.transplant import transplanted
from sim.region.pages import QUARTER
from sim.region.region import Start, live_out

WEIHAI = PLANS["weihai_2018"]
CHANGZHOU = PLANS["changzhou_2019"]


def ids(mix: Mix) -> list[str]:
    return [instrument.id for instrument in mix.instruments]


def held(mix: Mix, name: str):
    return next(instrument for instrument in mix.instruments if instrument.id == name)


def refused(plan: Plan, policy: str) -> str:
    with pytest.raises(ConfigError) as error:
        build_mix(plan, policy)
    assert "\n" not in str(error.value)
    return str(error.value)


# Names


@pytest.mark.parametrize(
    ("plan", "typed", "name"),
    [
        (CHANGZHOU, "as_written~transfer_bonus", None),
        (CHANGZHOU, "as_written+transfer_bonus.amount=0.05", None),
        (WEIHAI, "founding+cost=as_written", None),
        (WEIHAI, "as_written+from=changzhou_2019", None),
        (WEIHAI, "none+sharing_reward", None),
        (WEIHAI, "founding+scale=2", None),
        (WEIHAI, "as_written+scale=0.5+budget=1.1", None),
        (WEIHAI, "founding+scale=2.0", "founding+scale=2"),
        (WEIHAI, "ladder+star_makerspace.amount=1e+0", "ladder+star_makerspace.amount=1"),
        (
            WEIHAI,
            "as_written+budget=2+scale=3+star_makerspace.amount=2~evaluation~carrier_land",
            "as_written~carrier_land~evaluation+star_makerspace.amount=2+scale=3+budget=2",
        ),
        (WEIHAI, "founding+scale=2+cost=ladder+scale=2~evaluation", None),
    ],
)
def test_a_mix_is_called_what_it_is_however_it_was_typed(plan, typed, name):
    chosen = choose(plan, typed)
    again = choose(plan, chosen.mix.name)
    assert chosen.mix.name == (name or typed.replace("+scale=2~evaluation", "~evaluation+scale=2"))
    assert again == chosen


def test_what_is_typed_is_what_is_in_it():
    mix = build_mix(WEIHAI, "ladder~evaluation+sharing_reward+star_makerspace.amount=2")
    ladder = ids(build_mix(WEIHAI, "ladder"))
    assert set(ids(mix)) == {*ladder, "sharing_reward"} - {"evaluation"}
    assert ids(mix) == [i.id for i in WEIHAI.instruments if i.id in ids(mix)]
    assert held(mix, "star_makerspace").amount == 2.0
    assert held(mix, "sharing_reward") == instrument_of(WEIHAI, "sharing_reward")


def test_a_field_below_a_field_can_be_changed():
    mix = build_mix(WEIHAI, "as_written+sharing_reward.effect.default=0.05")
    assert held(mix, "sharing_reward").effect.default == 0.05
    assert held(mix, "sharing_reward").effect.high == 0.2


def test_a_name_may_be_longer_than_that_of_a_file():
    names = ids(build_mix(WEIHAI, "as_written"))[:20]
    mix = build_mix(WEIHAI, "as_written" + "".join(f"~{name}" for name in names))
    assert len(mix.name) > 255
    assert ids(mix) == ids(build_mix(WEIHAI, "as_written"))[20:]


def test_a_mix_from_a_file_goes_on_like_any_other(tmp_path):
    for place in ("my_mix.yaml", "a+b~c/my_mix.yaml"):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text("name: mine\ntypes: [voucher, training]\n", "utf-8")
        assert build_mix(WEIHAI, str(path)).name == "mine"
        scaled = build_mix(WEIHAI, f"{path}+scale=0.5~broker_training_bases")
        assert scaled.name == "mine~broker_training_bases+scale=0.5"
        assert ids(scaled) == ["innovation_voucher", "equipment_leasing_voucher"]
        costed = choose(WEIHAI, f"founding+cost={path}~innovation_voucher").mix
        assert costed.name == "founding+cost=mine~innovation_voucher"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none~x", "read as another mix, changed"),
        ("as_written+scale=2", "read as another mix, changed"),
        ("each", "read as each instrument in turn"),
    ],
)
def test_a_name_in_a_file_says_nothing_of_another_mix(name, words):
    with pytest.raises(ConfigError, match=f"policy.name: .*{words}"):
        build_mix(WEIHAI, {"name": name, "types": ["training"]})


def test_what_is_typed_beside_a_mix_stands_before_its_cost():
    choice = choose(WEIHAI, "founding+cost=ladder")
    less = changed(WEIHAI, choice, ["overseas_rd_centre"], {})
    assert less.mix.name == "founding~overseas_rd_centre+cost=ladder"
    assert less.costs_as == build_mix(WEIHAI, "ladder")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("as_writen~evaluation", ["no policy 'as_writen'", "mean 'as_written'?"]),
        ("as_written~evaluatoin", ["instrument of weihai_2018", "mean 'evaluation'?"]),
        ("as_written+evaluatoin", ["instrument of weihai_2018", "mean 'evaluation'?"]),
        ("ladder~innovation_voucher", ["~innovation_voucher is not in the mix", "it holds: new_"]),
        ("none~evaluation", ["it holds: nothing"]),
        ("ladder+evaluation", ["+evaluation is in the mix ladder already"]),
        ("as_written~evaluation~evaluation", ["~evaluation stands twice"]),
        ("as_written+scale=2+scale=3", ["+scale stands twice"]),
        ("as_written~", ["'~' is none of ~ID, +ID"]),
        ("as_written+", ["'+' is none of"]),
        ("as_written~evaluation=3", ["'~evaluation=3' is none of"]),
        ("as_written+scale=", ["'+scale=' is none of"]),
        ("as_written+.amount=3", ["'+.amount=3' is none of"]),
        ("as_written+scal=2", ["no word 'scal'", "mean 'scale'?"]),
        ("as_written+scale=-1", ["scale = -1: a number from 0 to 100"]),
        ("as_written+scale=nan", ["scale = nan"]),
        ("as_written+scale=much", ["scale = much"]),
        ("as_written+scale=1e9", ["scale = 1e9"]),
        ("as_written+budget=-0.1", ["budget = -0.1"]),
        ("as_written+evaluation.scale=-1", ["evaluation.scale", "from 0 on", "-1"]),
        ("as_written+evaluation.scale=101", ["evaluation.scale", "up to 100"]),
        ("as_written+evaluation.amont=1", ["no key 'amont'", "mean 'amount'?"]),
        ("ladder+innovation_voucher.amount=0.3", ["is changed, but the mix does not select it"]),
        ("founding+cost=laddr", ["no policy 'laddr'", "mean 'ladder'?"]),
        ("founding+cost=founding", ["+cost=founding is the mix itself"]),
        ("founding+cost=none", ["city and county pay for nothing in none"]),
        ("none+cost=founding", ["city and county pay for nothing in none"]),
        ("founding+cost=", ["+cost= stands once and last"]),
        ("founding+cost=ladder+cost=talent", ["+cost= stands once and last"]),
        ("as_written+from=weihai_2017", ["no plan 'weihai_2017'", "mean 'weihai_2018'?"]),
        ("none+from=changzhou_2019", ["nothing of it attaches", "selects nothing"]),
        ("as_written~each", ["'each' stands for a mix per instrument", "-m"]),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(typed, words):
    message = refused(WEIHAI, typed)
    for word in words:
        assert word in message


# One per instrument


def test_each_left_out_is_a_mix_per_instrument_that_is_held():
    names = expand(WEIHAI, ["none", "talent~each", "talent~each+scale=2"])
    held = ids(build_mix(WEIHAI, "talent"))
    assert names[0] == "none"
    assert names[1 : 1 + len(held)] == [f"talent~{name}" for name in held]
    assert names[1 + len(held) :] == [f"talent~{name}+scale=2" for name in held]


def test_each_added_is_a_mix_per_instrument_that_is_not():
    names = expand(WEIHAI, ["talent+each"])
    assert len(names) == len(WEIHAI.instruments) - len(ids(build_mix(WEIHAI, "talent")))
    assert all(len(ids(build_mix(WEIHAI, name))) == 3 for name in names)
    of_another = expand(WEIHAI, ["none+each+from=changzhou_2019"])
    assert len(of_another) == len(CHANGZHOU.instruments)
    assert of_another[0] == "none+from=changzhou_2019+transfer_bonus"


def test_a_change_of_what_is_left_out_in_turn_does_not_stand_in_its_way():
    names = expand(WEIHAI, ["talent+talent_priority.scale=2~each"])
    assert names == [
        "talent~broker_training_bases+talent_priority.scale=2",
        "talent~talent_priority",
    ]


def test_each_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="no instrument is left that 'each' could stand for"):
        expand(WEIHAI, ["none~each"])


# Doses


def test_a_scale_holds_for_what_city_or_county_pay_and_for_nothing_else():
    whole, scaled = build_mix(WEIHAI, "as_written"), build_mix(WEIHAI, "as_written+scale=3")
    for before, after in zip(whole.instruments, scaled.instruments, strict=True):
        pays = LEVERS[before.lever].pays and before.controller in ("city", "county")
        assert after.scale == (3.0 if pays else 1.0), before.id
    tax, evaluation = (held(scaled, name) for name in ("platform_tax", "evaluation"))
    assert (tax.scale, evaluation.scale) == (1.0, 1.0)  # the nation's, and no payment
    voucher = instrument_of(WEIHAI, "innovation_voucher")
    assert held(scaled, "innovation_voucher").dose(1.0) == min(3 * voucher.dose(1.0), 1.0)


def test_scales_multiply():
    mix = build_mix(WEIHAI, "as_written+star_makerspace.scale=2+scale=3")
    own = instrument_of(WEIHAI, "star_makerspace")
    assert held(mix, "star_makerspace").dose(0.3) == pytest.approx(6 * own.dose(0.3))


# Values


@pytest.fixture(scope="module", params=["weihai_2018", "ningbo_315"])
def start(request) -> Start:
    return begun(PLANS[request.param], 3, scale=0.1)


@pytest.fixture(scope="module")
def lived(start):
    """What the city is under a mix after a year and a half, by the mix's name."""
    found = {}

    def life(policy):
        mix = policy if isinstance(policy, Mix) else build_mix(start.plan, policy)
        if mix.name not in found:
            found[mix.name] = live_out(start, mix, 6)
        return found[mix.name]

    return life


def test_a_mix_equal_to_the_plan_has_the_plans_values_and_a_name_apart(start, lived):
    assert build_mix(start.plan, "as_written+scale=1").name == "as_written+scale=1"
    same(lived("as_written+scale=1"), lived("as_written"))


def test_a_plan_transplanted_onto_itself_is_itself(start, lived):
    mix = build_mix(start.plan, f"as_written+from={start.plan.name}")
    assert mix.name == f"as_written+from={start.plan.name}"
    modelled = [i for i in start.plan.instruments if i.modelled]
    assert list(mix.instruments) == modelled
    same(lived(mix), lived("as_written"))


def test_of_what_pays_nothing_is_left_at_no_times_the_dose(start, lived):
    whole = build_mix(start.plan, "as_written")
    payers = tuple(i for i in whole.instruments if paying(i))
    nothing = dataclasses.replace(NO_POLICY, name="payers+scale=0", instruments=payers)
    nothing = nothing.rescaled(0.0)
    same(lived(nothing), lived("none"), parameters=False)


def test_without_lines_a_larger_budget_changes_nothing(lived):
    same(lived("none+budget=2"), lived("none"))


def test_a_larger_budget_is_that_many_times_the_money_of_city_and_counties(start):
    lines = {}
    for policy in ("as_written", "as_written+budget=1.1"):
        run = start.under(build_mix(start.plan, policy))
        run.step()
        lines[policy] = {
            name: line.allotted
            for name, line in run.state.books.lines.items()
            if name in ("city_fund", "county_fund")
        }
    assert lines["as_written"]["city_fund"] > 0
    for name, before in lines["as_written"].items():
        assert lines["as_written+budget=1.1"][name] == pytest.approx(1.1 * before, abs=1), name


@pytest.mark.parametrize(("later", "opens"), [(3, 4), (4, 4), (5, 8)])
def test_later_money_is_there_from_the_first_quarter_of_a_year_on(later, opens):
    start = begun(WEIHAI, 3, scale=0.1)
    funds = []
    for later_start in (None, WEIHAI.start + later):
        mix = dataclasses.replace(
            build_mix(WEIHAI, "as_written+budget=0.5"),
            later_start=later_start,
            later_budget=None if later_start is None else 1.5,
        )
        run, opened = start.under(mix), []
        for _ in range(9):
            run.begin()
            for name, process in QUARTER[:3]:
                run.live(name, process)
            opened.append(run.state.books.lines["city_fund"].allotted)
            run.finish()
        funds.append(opened)
    for quarter, (before, after) in enumerate(zip(*funds, strict=True)):
        assert (before > 0) == (quarter % 4 == 0)
        assert after == pytest.approx((3 if quarter >= opens else 1) * before, abs=2), quarter


def test_a_budget_under_one_mix_leaves_the_other_alone(start):
    fund = start.state.fund
    start.under(build_mix(start.plan, "as_written+budget=3"))
    assert start.state.fund == fund


def test_a_single_region_cannot_look_for_a_scale():
    with pytest.raises(ConfigError, match=r"ladder.cost=as_written: its scale is found over many"):
        sim.Region(WEIHAI, "ladder+cost=as_written", seed=1)


# Transplants


def test_windows_are_counted_from_the_plans_start_and_cut_at_its_end():
    early = dataclasses.replace(
        instrument_of(CHANGZHOU, "transfer_bonus"), start=CHANGZHOU.start + 1, end=CHANGZHOU.end - 1
    )
    late = dataclasses.replace(
        instrument_of(CHANGZHOU, "broker_training"), start=CHANGZHOU.start + 9
    )
    plan = dataclasses.replace(CHANGZHOU, instruments=(early, late))
    jiangyin = PLANS["jiangyin_2025"]
    here, _ = transplanted(plan.instruments, plan, jiangyin)
    assert [(i.id, i.start, i.end) for i in here] == [
        ("transfer_bonus", jiangyin.start + 1, jiangyin.end - 1),
        ("broker_training", jiangyin.start + 9, jiangyin.end),
    ]
    short, told = transplanted(
        plan.instruments, plan, WEIHAI
    )  # eight quarters, and the bonus would last eleven
    assert [(i.id, i.start, i.end) for i in short] == [
        ("transfer_bonus", WEIHAI.start + 1, WEIHAI.end)
    ]
    assert (told[1].attaches, told[1].name) == ("no", "")
    assert "begin in 2021Q2, after the plan's end 2020Q4" in told[1].why


def test_what_lasts_to_its_plans_end_lasts_to_the_end_here():
    mix = build_mix(PLANS["ningbo_315"], "as_written+from=weihai_2018")
    assert {i.end for i in mix.instruments} == {PLANS["ningbo_315"].end}


def test_a_rule_of_the_city_keeps_its_name():
    mix = build_mix(PLANS["jiangyin_2025"], "as_written+from=ningbo_315")
    assert "super_deduction" not in ids(mix)
    assert "super_deduction_of_ningbo_315" in ids(mix)
    told = {one.instrument: one for one in mix.attached}
    assert "decided by the nation" in told["super_deduction"].why
    assert told["proof_of_concept"].attaches == "later"
    assert told["ip_protection"].attaches == "no"
    assert told["ip_protection"].why.startswith("not modelled: ")


def with_figures(plan: Plan, **figures: float) -> Plan:
    """Return a plan whose city has other figures, for certain."""
    changed = {
        name: dataclasses.replace(
            plan.city.figures[name],
            quantity=dataclasses.replace(
                plan.city.figures[name].quantity,
                default=value,
                low=value,
                high=value,
                spread="fixed",
            ),
        )
        for name, value in figures.items()
    }
    city = dataclasses.replace(plan.city, figures={**plan.city.figures, **changed})
    return dataclasses.replace(plan, city=city)


def test_what_nobody_here_could_take_does_not_attach():
    alone = with_figures(WEIHAI, universities=0, institutes=0)
    told = {one.instrument: one for one in transplanted(CHANGZHOU.instruments, CHANGZHOU, alone)[1]}
    assert told["technology_fair"].attaches == "yes"  # firms may take it, too
    assert told["indirect_cost_reform"].attaches == "no"
    assert "none of its recipients exists here: university, institute" in (
        told["indirect_cost_reform"].why
    )


def test_a_transplant_with_nothing_to_attach_to_is_refused_with_the_reasons():
    lonely = with_figures(WEIHAI, universities=0, institutes=0)
    message = refused(lonely, "none+indirect_cost_reform+from=changzhou_2019")
    assert "nothing of it attaches to weihai under weihai_2018" in message
    assert "indirect_cost_reform (none of its recipients exists here" in message


def test_doses_of_another_plan_are_drawn_as_in_that_plan():
    here = begun(WEIHAI, 7, scale=0.1)
    there = begun(CHANGZHOU, 7, scale=0.1)
    mix = build_mix(WEIHAI, "as_written+from=changzhou_2019")
    doses = here.under(mix).program.doses
    own = there.under(build_mix(CHANGZHOU, "as_written")).program.doses
    drawn = [i.id for i in CHANGZHOU.instruments if i.has_draw]
    assert len(drawn) > 10
    for name in drawn:
        assert doses[f"dose.{name}"] == own[f"dose.{name}"], name
    medians = [instrument_of(CHANGZHOU, name).dose(0.5) for name in drawn]
    assert not np.isclose([doses[f"dose.{name}"] for name in drawn], medians).any()


def test_python_takes_the_same_names_as_the_command_line():
    small = {"replicates": 1, "quarters": 1, "scale": 0.1, "workers": 1}
    table = sim.compare("weihai_2018", ["talent~each", "none+sharing_reward"], **small)
    assert list(dict.fromkeys(table["policy"])) == [
        "talent~broker_training_bases",
        "talent~talent_priority",
        "none+sharing_reward",
    ]
    with pytest.raises(ConfigError, match="a mix per instrument"):
        sim.run("weihai_2018", "talent~each", **small)
    ran = sim.run("weihai_2018", "talent~talent_priority", **small)
    assert ran.combination.policy == "talent~talent_priority"
