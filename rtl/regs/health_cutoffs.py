"""Cut-offs of the health tests from the claimed min-entropy of a raw bit and the false-alarm probability (NIST SP 800-90B, 4.4).

Derivation: rtl/entropy/README.md. Golden twin, by another way: verif/golden/health.cpp.
"""
import decimal
import math

decimal.getcontext().prec = 60


def repetition_cutoff(claim_milli, alpha_log2):
    """4.4.1: C = 1 + ceil(-log2(alpha) / H)."""
    return 1 + -(-alpha_log2 * 1000 // claim_milli)


def proportion_cutoff(claim_milli, alpha_log2, window):
    """4.4.2: C = 1 + critbinom(window, 2^-H, 1 - alpha), the smallest k with P(X > k) <= alpha."""
    p = decimal.Decimal(2) ** (decimal.Decimal(-claim_milli) / 1000)
    alpha, above = decimal.Decimal(2) ** -alpha_log2, decimal.Decimal(0)
    for k in range(window, -1, -1):
        above += math.comb(window, k) * p**k * (1 - p) ** (window - k)  # P(X >= k)
        if above > alpha:
            return 1 + k
    return 1
