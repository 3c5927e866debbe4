"""Addressed draws: published vectors, and what an address promises."""

import numpy as np
import pytest
from scipy import stats
from vectors import VECTORS

from sim.core import identity
from sim.core.draws import PROCESSES, Draws, laplace, mix, philox, poisson_counts

IDS = identity.plain(identity.INCUMBENT_FIRM, 0, np.arange(4000))


@pytest.mark.parametrize(("counter", "key", "words"), VECTORS)
def test_philox_matches_published_vectors(counter, key, words):
    assert philox(*map(np.uint64, counter + key)) == words


def test_mixer_matches_published_splitmix64():
    # The generator seeded with 1234567 gives 6457827717110365317 first (Vigna's reference code);
    # mix(a, b) finalises twice.
    once = _splitmix(1234567)
    assert once == 6457827717110365317
    assert mix(1234567, 99)[0] == _splitmix(once ^ 99)


def _splitmix(value: int) -> int:
    """SplitMix64 in Python's whole numbers, after Steele, Lea & Flood."""
    mask = 2**64 - 1
    z = (value + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def test_a_draw_depends_on_nothing_but_its_address():
    at = Draws(1, 0).at("research", 8076)
    whole = at.uniform(IDS, slot=2)
    assert np.array_equal(whole[::-1], at.uniform(IDS[::-1].copy(), slot=2))
    assert np.array_equal(whole[10:20], at.uniform(IDS[10:20], slot=2))


@pytest.mark.parametrize(
    "other",
    [
        Draws(2, 0).at("research", 8076),
        Draws(1, 1).at("research", 8076),
        Draws(1, 0).at("market", 8076),
        Draws(1, 0).at("research", 8077),
    ],
)
def test_every_part_of_the_address_matters(other):
    ours = Draws(1, 0).at("research", 8076).uniform(IDS)
    assert abs(np.corrcoef(ours, other.uniform(IDS))[0, 1]) < 0.06
    assert not np.array_equal(ours, other.uniform(IDS))


def test_luck_that_ends_at_a_quarter_goes_on_as_another_and_what_is_for_life_stays():
    forked = Draws(1, 3, until=8077, then=8)
    for quarter, whose in ((0, 3), (8076, 3), (8077, 3), (8078, 8), (8100, 8)):
        there = Draws(1, whose).at("research", quarter).uniform(IDS)
        assert np.array_equal(forked.at("research", quarter).uniform(IDS), there)


def test_slots_of_a_block_are_the_slots_one_by_one():
    at = Draws(1, 0).at("founding", 8080)
    block = at.block(IDS, 1)
    table = at.table(IDS, 8)
    for slot in range(4):
        assert np.array_equal(block[slot], at.uniform(IDS, slot=4 + slot))
        assert np.array_equal(table[:, 4 + slot], block[slot])


def test_uniforms_are_uniform_and_inside():
    u = Draws(3, 5).at("market", 8078).uniform(IDS)
    assert 0 < u.min() < u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 0.001


def test_a_likelier_event_happens_to_a_superset():
    at = Draws(1, 0).at("contract", 8076)
    rare, common = at.happens(IDS, 0.1), at.happens(IDS, 0.3)
    assert rare.sum() < common.sum()
    assert not (rare & ~common).any()


def test_poisson_counts_are_the_quantiles():
    shares = Draws(1, 0).at("research", 8076).uniform(IDS)
    means = np.linspace(0.01, 30, IDS.size)
    assert np.array_equal(poisson_counts(means, shares), stats.poisson.ppf(shares, means))


def test_laplace_is_the_quantile():
    for share in (0.001, 0.3, 0.5, 0.9):
        assert laplace(share) == pytest.approx(stats.laplace.ppf(share))


def test_process_codes_are_unique_and_fit_their_word():
    codes = list(PROCESSES.values())
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 2**16 for code in codes)


def test_an_unknown_process_has_no_draws():
    with pytest.raises(KeyError):
        Draws(1, 0).at("reserch")


def test_ids_tell_their_origin():
    assert identity.plain(identity.LATENT_FOUNDER, 8076, 7)[0] >> np.uint64(56) == 2
    founded = identity.mixed(identity.FOUNDED_ORGANISATION, IDS, 3, 8076)
    assert np.unique(founded).size == IDS.size
    assert set((founded >> np.uint64(56)).tolist()) == {identity.FOUNDED_ORGANISATION}
    later = identity.mixed(identity.FOUNDED_ORGANISATION, IDS, 3, 8077)
    assert not np.isin(founded, later).any()
