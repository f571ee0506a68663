# SPDX-License-Identifier: Apache-2.0
"""tsu_core driven by cocotbext-axi: registers, loads, samples, with random pauses on every channel.

What the core must read and emit comes from the golden model through build/bus-vectors; nothing of the law is written here.
"""
import logging
import os
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge, Timer, with_timeout
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp, AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

import axi_rules
from register_map import REGISTERS, USED_OFFSETS
from vectors import Vectors

VECTORS = Vectors(os.environ["TSU_BUS_VECTORS"])
CLOCK_NS = 10
MOST_CLOCKS = 100_000                    # of any one wait
BUSY, DONE, WAITING = 1, 2, 16           # Status


def pauses(percent):
    while True:
        yield random.randrange(100) < percent


class Bench:
    """The core with a bus model on each interface."""

    async def start(self, dut):
        logging.getLogger("cocotb.tsu_core").setLevel(logging.WARNING)  # not a line a transfer
        dut.rst_i.value = 1
        cocotb.start_soon(Clock(dut.clk_i, CLOCK_NS, "ns").start())
        self.axil = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk_i, dut.rst_i)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk_i, dut.rst_i, byte_lanes=4)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk_i, dut.rst_i, byte_lanes=4)
        axi_rules.watch(dut)
        await ClockCycles(dut.clk_i, 3)
        for valid, *_ in axi_rules.core_outputs(dut):
            assert not valid.value, f"{valid._name} high during reset"
        dut.rst_i.value = 0
        await ClockCycles(dut.clk_i, 1)
        self.random_pauses()
        return self

    def random_pauses(self):
        """A new rate for every channel; one in three does not pause."""
        write, read = self.axil.write_if, self.axil.read_if
        for model in (write.aw_channel, write.w_channel, write.b_channel, read.ar_channel, read.r_channel,
                      self.source, self.sink):
            model.pause = False
            model.set_pause_generator(pauses(random.choice([0, random.randint(1, 80), random.randint(1, 80)])))

    async def within(self, awaitable):
        return await with_timeout(awaitable, MOST_CLOCKS * CLOCK_NS, "ns")

    async def write(self, offset, data):
        answer = await self.within(self.axil.write(offset, data))
        assert answer.resp == AxiResp.OKAY, f"write to {offset:#x} answered {answer.resp!r}"

    async def read(self, offset, length=4):
        answer = await self.within(self.axil.read(offset, length))
        assert answer.resp == AxiResp.OKAY, f"read of {offset:#x} answered {answer.resp!r}"
        return answer.data

    async def read_word(self, offset):
        return int.from_bytes(await self.read(offset), "little")

    async def write_word(self, offset, value):
        await self.write(offset, value.to_bytes(4, "little"))

    def queue(self, vector):
        """Load packets and program; they go out as the core takes them."""
        for packet in vector.loads + [vector.program]:
            self.source.send_nowait(AxiStreamFrame(b"".join(word.to_bytes(4, "little") for word in packet)))

    async def receive(self):
        data = bytes((await self.within(self.sink.recv())).tdata)
        return [int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)]

    async def until_status(self, wanted):
        for _ in range(MOST_CLOCKS // 10):
            if await self.read_word(REGISTERS["Status"]) & (BUSY | DONE | WAITING) == wanted:
                return
        assert False, f"status never became {wanted:#x}"


@cocotb.test()
async def no_output_follows_an_input_within_a_clock(dut):
    """AXI allows no combinatorial path through an interface, or two parts joined could wait for each other in a ring."""
    await Bench().start(dut)
    inputs, outputs = axi_rules.handshakes(dut)
    for _ in range(300):
        await FallingEdge(dut.clk_i)
        before, idle = [int(signal.value) for signal in outputs], [int(signal.value) for signal in inputs]
        for signal in inputs:
            signal.value = random.getrandbits(1)
        await Timer(1, "ns")
        for signal, value in zip(outputs, before):
            assert int(signal.value) == value, f"{signal._name} follows an input"
        for signal, value in zip(inputs, idle):
            signal.value = value


@cocotb.test()
async def identity(dut):
    bench = await Bench().start(dut)
    assert VECTORS.registers
    for _ in range(4):
        bench.random_pauses()
        for offset, value in random.sample(VECTORS.registers, len(VECTORS.registers)):
            assert await bench.read_word(offset) == value, f"register {offset:#x}"


@cocotb.test()
async def scratch_takes_each_byte_strobe(dut):
    """Writes and reads of 1 to 4 bytes anywhere in the word, and both directions at once."""
    bench = await Bench().start(dut)
    offset, expected = REGISTERS["Scratch"], bytearray(4)
    for turn in range(300):
        if turn % 30 == 0:
            bench.random_pauses()
        first = random.randrange(4)
        data = random.randbytes(random.randint(1, 4 - first))
        await bench.write(offset + first, data)
        expected[first:first + len(data)] = data
        first = random.randrange(4)
        length = random.randint(1, 4 - first)
        assert await bench.read(offset + first, length) == expected[first:first + length]
    reads = [cocotb.start_soon(bench.read(REGISTERS["Id"])) for _ in range(50)]
    writes = [cocotb.start_soon(bench.write_word(offset, value)) for value in range(50)]
    identity = {bytes(await read) for read in reads}
    for write in writes:
        await write
    assert identity == {bytes(await bench.read(REGISTERS["Id"]))}
    assert await bench.read_word(offset) == 49


@cocotb.test()
async def unmapped_offsets_answer_okay(dut):
    """They read 0 and ignore writes: the registers beside them keep their values."""
    bench = await Bench().start(dut)
    unmapped = [offset for offset in range(0, 4096, 4) if offset not in USED_OFFSETS]
    assert unmapped
    for turn, offset in enumerate(random.sample(unmapped, 200) + [unmapped[0], unmapped[-1]]):
        if turn % 40 == 0:
            bench.random_pauses()
        await bench.write(offset, random.randbytes(4))
        assert await bench.read_word(offset) == 0, f"offset {offset:#x}"
    for offset, value in VECTORS.registers:
        assert await bench.read_word(offset) == value, f"register {offset:#x}"
    assert await bench.read_word(REGISTERS["Scratch"]) == 0


@cocotb.test()
async def programs_match_golden(dut):
    """Every round: the reader takes nothing until the core says that it waits; the loads of the next one wait for its end."""
    bench = await Bench().start(dut)
    assert VECTORS.rounds
    bench.queue(VECTORS.rounds[0])
    for number, vector in enumerate(VECTORS.rounds):
        bench.random_pauses()
        await bench.within(bench.source.wait())
        bench.sink.clear_pause_generator()
        bench.sink.pause = True
        await bench.write_word(REGISTERS["Control"], 1)
        if number + 1 < len(VECTORS.rounds):
            bench.queue(VECTORS.rounds[number + 1])
        await bench.until_status(BUSY | WAITING)
        assert bench.sink.empty(), "the sink took a word while it paused"
        bench.random_pauses()
        assert vector.samples
        for k, expected in enumerate(vector.samples):
            assert await bench.receive() == expected, f"round {number}, sample packet {k}"
        await bench.until_status(DONE)
        assert bench.sink.empty() and not dut.m_axis_tvalid.value, f"round {number}: a packet too many"
    bits = 32 * sum(len(packet) for vector in VECTORS.rounds for packet in vector.samples)
    cocotb.log.info("REPORT %d rounds, %d bits of sample packets equal golden's", len(VECTORS.rounds), bits)
