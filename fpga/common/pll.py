# SPDX-License-Identifier: Apache-2.0
"""Output frequency of each family's PLL from the divisors of a board file; a divisor outside the data sheet is refused."""


class PllError(Exception):
    """What is outside what, and which divisor to change."""


def demand(name, hz, low, high, advice):
    """low and high in MHz, as data sheets give them."""
    if not low * 1e6 <= hz <= high * 1e6:
        raise PllError(f"{name} at {hz / 1e6:g} MHz, outside {low:g}..{high:g}: change {advice}")


def demand_range(pll, key, low, high):
    if not low <= pll[key] <= high:
        raise PllError(f"{key} = {pll[key]}, outside {low}..{high}")


def pll_ice40(pll, input_hz, device):
    """SB_PLL40_CORE or _PAD, feedback SIMPLE; filter as icepll chooses it."""
    demand_range(pll, "DIVR", 0, 15)
    demand_range(pll, "DIVF", 0, 127)
    demand_range(pll, "DIVQ", 1, 6)
    demand_range(pll, "PAD", 0, 1)
    pfd = input_hz / (pll["DIVR"] + 1)
    vco = pfd * (pll["DIVF"] + 1)
    demand("phase detector", pfd, 10, 133, "DIVR")
    demand("VCO", vco, 533, 1066, "DIVF and DIVQ")
    filter_range = 1 + sum(pfd >= edge for edge in (17e6, 26e6, 44e6, 66e6, 101e6))
    if pll["FILTER_RANGE"] != filter_range:
        raise PllError(f"FILTER_RANGE {pll['FILTER_RANGE']}, a phase detector at {pfd / 1e6:g} MHz wants {filter_range}")
    return vco / 2 ** pll["DIVQ"]


def pll_ecp5(pll, input_hz, device):
    """EHXPLLL, feedback from CLKOP, the core's clock from CLKOS: CLKOP alone makes whole multiples of the phase detector's frequency only."""
    for key in ("CLKI_DIV", "CLKFB_DIV", "CLKOP_DIV", "CLKOS_DIV"):
        demand_range(pll, key, 1, 128)
    pfd = input_hz / pll["CLKI_DIV"]
    vco = pfd * pll["CLKFB_DIV"] * pll["CLKOP_DIV"]
    demand("phase detector", pfd, 10, 400, "CLKI_DIV")
    demand("VCO", vco, 400, 800, "CLKOP_DIV")
    return vco / pll["CLKOS_DIV"]


def pll_gowin(pll, input_hz, device):
    """rPLL of the GW2A at speed C8/I7."""
    demand_range(pll, "IDIV_SEL", 0, 63)
    demand_range(pll, "FBDIV_SEL", 0, 63)
    if pll["ODIV_SEL"] not in (2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128):
        raise PllError(f"ODIV_SEL = {pll['ODIV_SEL']}, not one of 2, 4, 8, 16, 32, 48 .. 128")
    pfd = input_hz / (pll["IDIV_SEL"] + 1)
    out = pfd * (pll["FBDIV_SEL"] + 1)
    demand("phase detector", pfd, 3, 500, "IDIV_SEL")
    demand("VCO", out * pll["ODIV_SEL"], 500, 1250, "ODIV_SEL")
    demand("output", out, 3.90625, 625, "FBDIV_SEL")
    return out


XILINX7_VCO_MHZ = {1: 1600, 2: 1866, 3: 2133}
XILINX7_PFD_MHZ = {1: 450, 2: 500, 3: 550}


def pll_xilinx7(pll, input_hz, device):
    """PLLE2_BASE of an Artix-7, limits by speed grade."""
    demand_range(pll, "DIVCLK_DIVIDE", 1, 56)
    demand_range(pll, "CLKFBOUT_MULT", 2, 64)
    demand_range(pll, "CLKOUT0_DIVIDE", 1, 128)
    pfd = input_hz / pll["DIVCLK_DIVIDE"]
    vco = pfd * pll["CLKFBOUT_MULT"]
    demand("phase detector", pfd, 19, XILINX7_PFD_MHZ[device["speed"]], "DIVCLK_DIVIDE")
    demand("VCO", vco, 800, XILINX7_VCO_MHZ[device["speed"]], "CLKFBOUT_MULT")
    return vco / pll["CLKOUT0_DIVIDE"]


# family: formula, and the keys that [pll] of a board file must give.
PLLS = {
    "ice40": (pll_ice40, {"DIVR", "DIVF", "DIVQ", "FILTER_RANGE", "PAD"}),
    "ecp5": (pll_ecp5, {"CLKI_DIV", "CLKFB_DIV", "CLKOP_DIV", "CLKOS_DIV"}),
    "gowin": (pll_gowin, {"IDIV_SEL", "FBDIV_SEL", "ODIV_SEL"}),
    "xilinx7": (pll_xilinx7, {"DIVCLK_DIVIDE", "CLKFBOUT_MULT", "CLKOUT0_DIVIDE"}),
}


def output_hz(family, pll, input_hz, device):
    """Checks keys and limits, gives the core clock."""
    formula, keys = PLLS[family]
    if set(pll) != keys:
        raise PllError(f"[pll] must give exactly {', '.join(sorted(keys))}")
    return formula(pll, input_hz, device)
