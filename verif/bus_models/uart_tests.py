# SPDX-License-Identifier: Apache-2.0
"""fpga_core over its UART, driven by cocotbext-uart: opens the link as rtl/README.md, "Link", says."""
import logging
import random
import struct
import zlib

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.uart import UartSink, UartSource

from register_map import CONSTANTS, REGISTERS

CLOCK_HZ, BAUD = 10_000_000, 1_000_000   # both periods are whole nanoseconds, the resolution of the UART model
PARAMETERS = {"Cols": 8, "Rows": 8, "Tiles": 1, "Lanes": 1, "Layers": 1, "WeightBits": 4, "NumRules": 1, "TableBits": 8,
              "Tables": 2, "ProgramWords": 16, "SampleWords": 16, "Window": 2, "ClockHz": CLOCK_HZ, "Baud": BAUD}
CLOCK_ERROR = 0.01                       # of the other end's clock
LONGEST_ANSWER_NS = 256 * 10 * 1e9 / BAUD


def cobs_encode(data):
    """A frame of less than 254 bytes: each block is its length and what stands before a zero."""
    return b"".join(bytes([len(block) + 1]) + block for block in data.split(b"\0"))


def cobs_decode(line):
    blocks = []
    while line:
        blocks.append(line[1:line[0]])
        assert len(blocks[-1]) == line[0] - 1, "COBS block cut short"
        line = line[line[0]:]
    return b"\0".join(blocks)


def request(command, seq, count=0, address=0, payload=b""):
    frame = struct.pack("<BBHI", CONSTANTS[f"Link{command}"], seq, count, address) + payload
    return cobs_encode(frame + struct.pack("<I", zlib.crc32(frame))) + b"\0"


class Line:
    async def start(self, dut):
        logging.getLogger("cocotb.fpga_core").setLevel(logging.WARNING)  # not a line a byte
        dut.rst_i.value = 1
        cocotb.start_soon(Clock(dut.clk_i, round(1e9 / CLOCK_HZ), "ns").start())
        self.source = UartSource(dut.uart_rx_i, baud=BAUD * random.uniform(1 - CLOCK_ERROR, 1 + CLOCK_ERROR))
        await ClockCycles(dut.clk_i, 3)
        dut.rst_i.value = 0
        self.sink = UartSink(dut.uart_tx_o, baud=BAUD)  # the line is idle from the reset on
        return self

    async def _frame(self):
        line = bytearray()
        while not line.endswith(b"\0"):
            line += await self.sink.read(1)
        return cobs_decode(line[:-1])

    async def answer(self, command, seq):
        """The words and the status of the answer to a request."""
        frame = await with_timeout(self._frame(), LONGEST_ANSWER_NS, "ns")
        body, crc = frame[:-4], struct.unpack("<I", frame[-4:])[0]
        assert crc == zlib.crc32(body), "CRC of the answer"
        head = bytes([CONSTANTS[f"Link{command}"] | CONSTANTS["LinkAnswerFlag"], seq])
        assert body[:2] == head, f"answer begins {body[:2].hex()}, not {head.hex()}"
        words = struct.unpack(f"<{(len(body) - 2) // 4}I", body[2:])
        return list(words[:-1]), words[-1]


def hello_words(damaged):
    return [CONSTANTS["Magic"], CONSTANTS["LinkProtocolVersion"], PARAMETERS["Window"], CONSTANTS["LinkMaxPayload"],
            CLOCK_HZ, damaged]


@cocotb.test()
async def hello_then_scratch(dut):
    """Hello, a damaged frame that stays without answer and is counted, then a register written and read over the line."""
    line = await Line().start(dut)
    seq = random.randrange(256)
    await line.source.write(b"\0\0" + request("Hello", seq))
    words, status = await line.answer("Hello", seq)
    assert words == hello_words(0) and status == 6 << 16 | CONSTANTS["LinkStatusOk"]

    broken = bytearray(request("Hello", seq))
    broken[-2] = broken[-2] % 255 + 1    # another byte, not the zero that ends a frame
    seq = random.randrange(256)
    await line.source.write(bytes(broken) + request("Hello", seq))
    words, status = await line.answer("Hello", seq)
    assert words == hello_words(1) and status == 6 << 16 | CONSTANTS["LinkStatusOk"]

    value = random.randbytes(4)
    first, second = (seq + 1) % 256, (seq + 2) % 256
    await line.source.write(request("Write", first, 1, REGISTERS["Scratch"], value) +
                            request("Read", second, 1, REGISTERS["Scratch"]))
    words, status = await line.answer("Write", first)
    assert words == [] and status == 1 << 16 | CONSTANTS["LinkStatusOk"]
    words, status = await line.answer("Read", second)
    assert words == [int.from_bytes(value, "little")] and status == 1 << 16 | CONSTANTS["LinkStatusOk"]
