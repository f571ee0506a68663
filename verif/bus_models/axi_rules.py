# SPDX-License-Identifier: Apache-2.0
"""The handshake rules of AXI, which the bus models rely on and do not check."""
import cocotb
from cocotb.triggers import RisingEdge


def channel(dut, prefix, valid, ready, *payload):
    """One channel that the core drives: (valid, ready, payload signals)."""
    return tuple(getattr(dut, f"{prefix}_{name}") for name in (valid, ready, *payload))


def core_outputs(dut):
    return [channel(dut, "s_axil", "bvalid", "bready", "bresp"),
            channel(dut, "s_axil", "rvalid", "rready", "rdata", "rresp"),
            channel(dut, "m_axis", "tvalid", "tready", "tdata", "tlast")]


def handshakes(dut):
    """All valid and ready signals of the core: (inputs, outputs)."""
    pairs = [("s_axil_awvalid", "s_axil_awready"), ("s_axil_wvalid", "s_axil_wready"),
             ("s_axil_arvalid", "s_axil_arready"), ("s_axil_bready", "s_axil_bvalid"),
             ("s_axil_rready", "s_axil_rvalid"), ("s_axis_tvalid", "s_axis_tready"), ("m_axis_tready", "m_axis_tvalid")]
    return tuple([getattr(dut, name) for name in names] for names in zip(*pairs))


async def _watch(dut, valid, ready, payload):
    offered = None                       # payload that waits for its ready
    while True:
        await RisingEdge(dut.clk_i)
        if dut.rst_i.value:
            offered = None
            continue
        now = [int(signal.value) for signal in payload] if valid.value else None
        if offered is not None:
            assert now is not None, f"{valid._name} withdrawn before {ready._name}"
            assert now == offered, f"payload of {valid._name} changed from {offered} to {now} before {ready._name}"
        offered = None if ready.value else now


def watch(dut):
    """An offer stays, unchanged, until it is taken. A breach fails the running test."""
    for valid, ready, *payload in core_outputs(dut):
        cocotb.start_soon(_watch(dut, valid, ready, payload))
