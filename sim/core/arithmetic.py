"""Exponential and logarithm that the compiler can take four at a time.

The library's functions are called number by number, which takes most of the time of a quarter of
firms. These are the textbook ones, right to the last digit or the one before it: a number is split
into a power of two and a rest near 1, as its bits tell, and a short series does the rest (the
logarithm after fdlibm's e_log.c, Sun Microsystems 1993). They hold for finite, normal numbers: an
exponent between -700 and 700, a positive base.
"""

from sim.core.compiled import as_bits, as_number, inlined

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LN2 = 1.4426950408889634
_ROUNDING = 6755399441055744.0  # 1.5 · 2^52: adding it rounds to a whole number, in the low bits
_ONE, _TWO_52 = 0x3FF0000000000000, 0x4330000000000000  # bits of 1 and of 2^52
_MANTISSA = 0x000FFFFFFFFFFFFF
_BIAS = 4503599627371519.0  # 2^52 + 1023
_ROOT_2 = 1.4142135623730951


@inlined
def exp(x: float) -> float:
    """Return e to a power."""
    rounded = x * _PER_LN2 + _ROUNDING
    power = rounded - _ROUNDING
    r = (x - power * _LN2_HIGH) - power * _LN2_LOW
    p = 1 / 479001600.0  # 1 / 12!, and so on down to 1 / 0!
    p = p * r + 1 / 39916800.0
    p = p * r + 1 / 3628800.0
    p = p * r + 1 / 362880.0
    p = p * r + 1 / 40320.0
    p = p * r + 1 / 5040.0
    p = p * r + 1 / 720.0
    p = p * r + 1 / 120.0
    p = p * r + 1 / 24.0
    p = p * r + 1 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * as_number((as_bits(rounded) << 52) + _ONE)


@inlined
def log(x: float) -> float:
    """Return the natural logarithm of a positive number."""
    bits = as_bits(x)
    power = as_number((bits >> 52) | _TWO_52) - _BIAS
    rest = as_number((bits & _MANTISSA) | _ONE)
    high = rest > _ROOT_2
    rest = rest * 0.5 if high else rest
    power = power + 1.0 if high else power
    f = rest - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01)
    p = 2.857142874366239149e-01 + z * (2.222219843214978396e-01 + z * p)
    p = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * p))
    half = 0.5 * f * f
    return power * _LN2_HIGH - ((half - (s * (half + p) + power * _LN2_LOW)) - f)


@inlined
def power(base: float, exponent: float) -> float:
    """Return a positive number raised to a power."""
    return exp(exponent * log(base))
