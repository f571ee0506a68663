// Generated from rtl/regs/tsu.toml by rtl/regs/gen_regs.py; do not edit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tsu::regs {

inline constexpr std::uint32_t kFieldFracBits = 5u;  // fraction bits of J, h, c and the field: one LSB = 1/32
inline constexpr std::uint32_t kBiasBits = 12u;  // signed width of h (per site) and c (per site class)
inline constexpr std::uint32_t kFieldBits = 15u;  // signed width of the field; wide enough for 24 ten-bit weights + h + c
inline constexpr std::uint32_t kThresholdBits = 14u;  // threshold code: 4-bit exponent, 10-bit mantissa (a denormalised float)
inline constexpr std::uint32_t kThresholdExpBits = 4u;  // exponent bits of the threshold code
inline constexpr std::uint32_t kThresholdManBits = 10u;  // mantissa bits of the threshold code
inline constexpr std::uint32_t kThresholdHalf = 14336u;  // the code of probability 1/2: exponent 14, mantissa 0
inline constexpr std::uint32_t kClassBits = 2u;  // site class: 0 latent, 1..3 visible kinds, each with its own c
inline constexpr std::uint32_t kMaxRules = 6u;  // largest pattern
inline constexpr std::uint32_t kNoiseWordBits = 24u;  // bits of one random word = one update of one chain in one column pair
inline constexpr std::uint32_t kNoiseWords = 4u;  // words of state; 96 bits, period 2^96 - 1
inline constexpr std::uint32_t kNoiseShiftOld = 3u;  // w[t] = w[t-4] ^ (w[t-4] << Old) ^ rotr(w[t-RotLag], Rot) ^ (w[t-ShlLag] << Shl)
inline constexpr std::uint32_t kNoiseRot = 7u;  // right rotation of word t-RotLag
inline constexpr std::uint32_t kNoiseRotLag = 2u;  // its lag
inline constexpr std::uint32_t kNoiseShl = 13u;  // left shift of word t-ShlLag
inline constexpr std::uint32_t kNoiseShlLag = 1u;  // its lag
inline constexpr std::uint32_t kNoiseInjections = 8u;  // steps that load a cleared state: each injects into the NoiseShl bits that the left shift leaves alone
inline constexpr std::uint32_t kNoiseExpBits = 14u;  // upper bits of the word: their leading zeros give the exponent
inline constexpr std::uint32_t kNoiseJumpLog2 = 48u;  // streams are 2^48 words apart
inline constexpr std::uint32_t kNoisePairsLog2 = 10u;  // stream index = chain * 2^10 + column pair
inline constexpr std::uint32_t kPipelineDepth = 12u;  // from the row step that pushes an update to the clock that writes it
inline constexpr std::uint32_t kScanLatency = 3u;  // from a scan to its answer
inline constexpr std::uint32_t kOpEnd = 0u;  // stop; raises the done bit
inline constexpr std::uint32_t kOpLayer = 1u;  // argument: resident layer used by later sweeps
inline constexpr std::uint32_t kOpPreload = 2u;  // argument: table; copied to the idle threshold slot while sweeps go on
inline constexpr std::uint32_t kOpBeta = 3u;  // argument: table; later sweeps use it; waits until it is resident
inline constexpr std::uint32_t kOpRandomise = 4u;  // argument: 0 all sites, 1 latents (class 0) only; one sweep with the field forced to zero and P = 1/2
inline constexpr std::uint32_t kOpSweep = 5u;  // argument: number of sweeps (colour 0 then colour 1)
inline constexpr std::uint32_t kOpCopy = 6u;  // spins become the conditioning plane, in every lane
inline constexpr std::uint32_t kOpEmit = 7u;  // argument: 0 visible sites (class > 0), 1 every site; one packet a lane group
inline constexpr std::uint32_t kOpClamp = 8u;  // argument: 1 sites with the clamp bit keep their spin from now on, 0 they do not
inline constexpr std::uint32_t kOpLoop = 9u;  // argument: repetitions of the block that ends at Next; nests two deep
inline constexpr std::uint32_t kOpNext = 10u;  // end of the innermost Loop block
inline constexpr std::uint32_t kTargetProgram = 1u;  // row: first word; data: one program word each
inline constexpr std::uint32_t kTargetTable = 2u;  // index: table; row: first entry; data: one threshold code each
inline constexpr std::uint32_t kTargetCoupling = 3u;  // index: layer; data: c of class 0..3, signed
inline constexpr std::uint32_t kTargetWeight = 4u;  // index: layer; colour, row; data: pair words (rtl/README.md), pair 0 first, rows ascending
inline constexpr std::uint32_t kTargetSite = 5u;  // colour, row; data: {clamp, class} 3 bits a pair, pair 0 in the low bits, rows ascending
inline constexpr std::uint32_t kTargetSpin = 6u;  // index: lane group; colour, row; data: bit pair * lanes + lane, rows ascending
inline constexpr std::uint32_t kTargetConditioning = 7u;  // as Spin, into the conditioning plane
inline constexpr std::uint32_t kTargetNoise = 8u;  // row: first pair; data: per pair, which is cleared first, per lane the injections of NoiseInjections steps of each lane group, groups in turn, two a word, the first one lowest
inline constexpr std::uint32_t kEntropyClaimMilli = 500u;  // claimed min-entropy of a raw bit, in 1/1000 bit: a design value, not a measurement
inline constexpr std::uint32_t kHealthAlphaLog2 = 40u;  // -log2 of the false-alarm probability a decision of a health test has at the claimed min-entropy
inline constexpr std::uint32_t kHealthWindow = 1024u;  // raw bits of a window of the proportion and lag tests, and of the start-up test
inline constexpr std::uint32_t kHealthLags = 16u;  // lags 1..16 of the lag test, one a window in turn
inline constexpr std::uint32_t kRawWords = 32u;  // words of 32 raw bits that the read-out FIFO holds
inline constexpr std::uint32_t kCauseRepetition = 1u;  // alarm cause: repetition count test
inline constexpr std::uint32_t kCauseProportion = 2u;  // alarm cause: adaptive proportion test
inline constexpr std::uint32_t kCauseLag = 4u;  // alarm cause: lag test
inline constexpr std::uint32_t kCauseStartUp = 8u;  // set besides another cause: it was met before the start-up test had passed
inline constexpr std::uint32_t kRingFaultNone = 0u;  // good rings
inline constexpr std::uint32_t kRingFaultStuck = 1u;  // every ring's output stands still
inline constexpr std::uint32_t kRingFaultBiased = 2u;  // every ring's output is high for 63/64 of its period
inline constexpr std::uint32_t kRingFaultPeriodic = 3u;  // no jitter, and every period a fraction of 256 clocks
inline constexpr std::uint32_t kRingFaultNeighbour = 4u;  // injection locking: every ring but the first follows the one before it
inline constexpr std::uint32_t kRingFaultClock = 5u;  // injection locking: every ring follows the clock
inline constexpr std::uint32_t kLinkHello = 1u;  // request: nothing; answer: magic, protocol version, window (frames), payload bytes, clock Hz, damaged frames
inline constexpr std::uint32_t kLinkRead = 2u;  // count registers from address, address rising
inline constexpr std::uint32_t kLinkWrite = 3u;  // payload words to registers from address, address rising
inline constexpr std::uint32_t kLinkStreamIn = 4u;  // payload words to the load stream, as many as it takes now; address bit 0: last word ends the packet
inline constexpr std::uint32_t kLinkStreamOut = 5u;  // up to count words that wait on the sample stream, stops at a packet end
inline constexpr std::uint32_t kLinkAnswerFlag = 128u;  // set in the command byte of an answer
inline constexpr std::uint32_t kLinkStatusOk = 0u;  // done
inline constexpr std::uint32_t kLinkStatusBadCommand = 1u;  // unknown command
inline constexpr std::uint32_t kLinkStatusBadLength = 2u;  // count and payload disagree, or too long
inline constexpr std::uint32_t kLinkStatusBusError = 3u;  // the bus answered an error, or no such address
inline constexpr std::uint32_t kLinkStatusPacketEnd = 256u;  // status bit of StreamOut: its last word ended a packet
inline constexpr std::uint32_t kLinkStatusPacketOpen = 512u;  // status bit: the load stream is inside a packet
inline constexpr std::uint32_t kLinkProtocolVersion = 1u;  // link protocol version
inline constexpr std::uint32_t kLinkMaxPayload = 240u;  // payload bytes of one frame: a whole frame fits 256 bytes, as received and as encoded
inline constexpr std::uint32_t kRepetitionCutoff = 81u;  // so many equal raw bits in a row are an alarm
inline constexpr std::uint32_t kProportionCutoff = 824u;  // so many hits in a window are an alarm
inline constexpr std::uint32_t kMostRings = 8u;  // rings a build can have
inline constexpr std::uint32_t kMapHash = 1142849574u;  // hash of the meaning of tsu.toml
inline constexpr std::uint32_t kMagic = 1414747441u;  // 'TSU1'
inline constexpr std::uint32_t kCoreVersion = 131072u;  // major[31:16] minor[15:0]
inline constexpr std::uint32_t kRegId = 0x000u;  // magic: 'TSU1' = 0x54535531
inline constexpr std::uint32_t kRegVersion = 0x004u;  // core version: major[31:16] minor[15:0]
inline constexpr std::uint32_t kRegMapHash = 0x008u;  // hash of this file's meaning; the host refuses another
inline constexpr std::uint32_t kRegBuildId = 0x00cu;  // build parameter
inline constexpr std::uint32_t kRegGridSize = 0x010u;  // columns[15:0] rows[31:16] as built
inline constexpr std::uint32_t kRegLanes = 0x014u;  // lanes[7:0] groups[15:8] tiles[23:16] layers[31:24]
inline constexpr std::uint32_t kRegFormats = 0x018u;  // weight bits[7:0] table bits[15:8] tables[23:16] slots[31:24]
inline constexpr std::uint32_t kRegCaps = 0x01cu;  // rules[3:0] noise source that can be selected[7:4] (0 pseudo-random alone, 1 ring oscillator, 2 simulation model of one) log2 program words[15:8]
inline constexpr std::uint32_t kRegRule = 0x020u;  // a[15:0] b[31:16], signed
inline constexpr std::uint32_t kRegClockHz = 0x038u;  // core clock
inline constexpr std::uint32_t kRegControl = 0x040u;  // bit 0 start, bit 1 abort, bit 2 clear counters
inline constexpr std::uint32_t kRegStatus = 0x044u;  // bit 0 busy, bit 1 done, bit 2 program error, bit 3 load error, bit 4 waiting for the sample stream, bit 5 health alarm of the selected rings: no program runs; [11:8] noise source in use, codes as in Caps
inline constexpr std::uint32_t kRegRows = 0x048u;  // rows in use, 1..built rows; change only when idle
inline constexpr std::uint32_t kRegScratch = 0x04cu;  // free for link tests
inline constexpr std::uint32_t kRegIrqEnable = 0x050u;  // bit 0 done, bit 1 error, bit 2 sample waiting
inline constexpr std::uint32_t kRegIrqStatus = 0x054u;  // same bits
inline constexpr std::uint32_t kRegClocks = 0x060u;  // clocks from start to end; low word first, reading it latches the high word
inline constexpr std::uint32_t kRegSweepClocks = 0x068u;  // clocks in which the array was kept by Sweep or Randomise, filling and draining included
inline constexpr std::uint32_t kRegRowSteps = 0x070u;  // row steps done
inline constexpr std::uint32_t kRegFlips = 0x078u;  // attempted updates: row steps x column pairs x lanes
inline constexpr std::uint32_t kRegStalls = 0x080u;  // clocks in which Emit waited for the sample stream, or Beta for its table
inline constexpr std::uint32_t kRegSamples = 0x088u;  // sample packets emitted
inline constexpr std::uint32_t kRegProgramCounter = 0x090u;  // word being executed
inline constexpr std::uint32_t kRegEntropyControl = 0x0a0u;  // bit 0 select the rings (off: they rest, and a latched alarm stops nothing), bit 1 clear the alarm and begin the start-up test anew, reads 0; [6:4] fault of a simulation model
inline constexpr std::uint32_t kRegEntropyStatus = 0x0a4u;  // bit 0 the start-up test has passed and no alarm is latched, [7:4] alarm causes, [15:8] raw words waiting, [19:16] rings
inline constexpr std::uint32_t kRegEntropyRaw = 0x0a8u;  // next word of 32 raw bits, oldest in bit 0; reading takes it; 0 when none waits
inline constexpr int kRingStages[] = {5, 7, 11, 13, 17, 19, 23, 29};

struct NamedPattern {
  const char* name;
  int rules;
  int a[6];
  int b[6];
};
inline constexpr NamedPattern kPatterns[] = {
    {"G8", 2, {0, 4}, {1, 1}},
    {"G12", 3, {0, 4, 9}, {1, 1, 10}},
    {"G16", 4, {0, 4, 8, 14}, {1, 1, 7, 9}},
    {"G20", 5, {0, 4, 8, 14, 3}, {1, 1, 7, 9, 6}},
    {"G24", 6, {0, 4, 8, 14, 3, 1}, {1, 1, 7, 9, 6, 2}},
};

}  // namespace tsu::regs
