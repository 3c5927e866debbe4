"""The exponential and the logarithm of the kernels are the library's, to the last digits."""

import numpy as np
import pytest

from sim.core import arithmetic
from sim.core.compiled import compiled


@compiled
def exps(numbers, out):
    for i in range(numbers.size):
        out[i] = arithmetic.exp(numbers[i])


@compiled
def logs(numbers, out):
    for i in range(numbers.size):
        out[i] = arithmetic.log(numbers[i])


@compiled
def powers(numbers, exponent, out):
    for i in range(numbers.size):
        out[i] = arithmetic.power(numbers[i], exponent)


def of(kernel, numbers, *others):
    out = np.empty(numbers.size)
    kernel(numbers, *others, out)
    return out


WHOLE_RANGE = np.concatenate([np.linspace(-700, 700, 9973), np.linspace(-1e-8, 1e-8, 11)])


def test_exponentials_are_right_to_the_last_digits():
    np.testing.assert_allclose(of(exps, WHOLE_RANGE), np.exp(WHOLE_RANGE), rtol=1e-15)
    assert of(exps, np.zeros(1))[0] == 1.0


def test_logarithms_are_right_to_the_last_digits():
    numbers = np.concatenate([np.exp(WHOLE_RANGE), 1 + np.linspace(-1e-6, 1e-6, 101)])
    np.testing.assert_allclose(of(logs, numbers), np.log(numbers), rtol=1e-15, atol=1e-22)
    assert of(logs, np.ones(1))[0] == 0.0


@pytest.mark.parametrize("exponent", [-0.18, 0.0, 0.3, 0.85, 1.0])
def test_powers_are_those_of_the_library(exponent):
    numbers = np.geomspace(1e-9, 1e9, 1001)
    np.testing.assert_allclose(of(powers, numbers, exponent), numbers**exponent, rtol=2e-14)
