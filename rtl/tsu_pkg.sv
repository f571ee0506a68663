// Generated from rtl/regs/tsu.toml by rtl/regs/gen_regs.py; do not edit.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none
package tsu_pkg;
  localparam int unsigned FieldFracBits = 32'd5;  // fraction bits of J, h, c and the field: one LSB = 1/32
  localparam int unsigned BiasBits = 32'd12;  // signed width of h (per site) and c (per site class)
  localparam int unsigned FieldBits = 32'd15;  // signed width of the field; wide enough for 24 ten-bit weights + h + c
  localparam int unsigned ThresholdBits = 32'd14;  // threshold code: 4-bit exponent, 10-bit mantissa (a denormalised float)
  localparam int unsigned ThresholdExpBits = 32'd4;  // exponent bits of the threshold code
  localparam int unsigned ThresholdManBits = 32'd10;  // mantissa bits of the threshold code
  localparam int unsigned ThresholdHalf = 32'd14336;  // the code of probability 1/2: exponent 14, mantissa 0
  localparam int unsigned ClassBits = 32'd2;  // site class: 0 latent, 1..3 visible kinds, each with its own c
  localparam int unsigned MaxRules = 32'd6;  // largest pattern
  localparam int unsigned NoiseWordBits = 32'd24;  // bits of one random word = one update of one chain in one column pair
  localparam int unsigned NoiseWords = 32'd4;  // words of state; 96 bits, period 2^96 - 1
  localparam int unsigned NoiseShiftOld = 32'd3;  // w[t] = w[t-4] ^ (w[t-4] << Old) ^ rotr(w[t-RotLag], Rot) ^ (w[t-ShlLag] << Shl)
  localparam int unsigned NoiseRot = 32'd7;  // right rotation of word t-RotLag
  localparam int unsigned NoiseRotLag = 32'd2;  // its lag
  localparam int unsigned NoiseShl = 32'd13;  // left shift of word t-ShlLag
  localparam int unsigned NoiseShlLag = 32'd1;  // its lag
  localparam int unsigned NoiseInjections = 32'd8;  // steps that load a cleared state: each injects into the NoiseShl bits that the left shift leaves alone
  localparam int unsigned NoiseExpBits = 32'd14;  // upper bits of the word: their leading zeros give the exponent
  localparam int unsigned NoiseJumpLog2 = 32'd48;  // streams are 2^48 words apart
  localparam int unsigned NoisePairsLog2 = 32'd10;  // stream index = chain * 2^10 + column pair
  localparam int unsigned PipelineDepth = 32'd12;  // from the row step that pushes an update to the clock that writes it
  localparam int unsigned ScanLatency = 32'd3;  // from a scan to its answer
  localparam int unsigned OpEnd = 32'd0;  // stop; raises the done bit
  localparam int unsigned OpLayer = 32'd1;  // argument: resident layer used by later sweeps
  localparam int unsigned OpPreload = 32'd2;  // argument: table; copied to the idle threshold slot while sweeps go on
  localparam int unsigned OpBeta = 32'd3;  // argument: table; later sweeps use it; waits until it is resident
  localparam int unsigned OpRandomise = 32'd4;  // argument: 0 all sites, 1 latents (class 0) only; one sweep with the field forced to zero and P = 1/2
  localparam int unsigned OpSweep = 32'd5;  // argument: number of sweeps (colour 0 then colour 1)
  localparam int unsigned OpCopy = 32'd6;  // spins become the conditioning plane, in every lane
  localparam int unsigned OpEmit = 32'd7;  // argument: 0 visible sites (class > 0), 1 every site; one packet a lane group
  localparam int unsigned OpClamp = 32'd8;  // argument: 1 sites with the clamp bit keep their spin from now on, 0 they do not
  localparam int unsigned OpLoop = 32'd9;  // argument: repetitions of the block that ends at Next; nests two deep
  localparam int unsigned OpNext = 32'd10;  // end of the innermost Loop block
  localparam int unsigned TargetProgram = 32'd1;  // row: first word; data: one program word each
  localparam int unsigned TargetTable = 32'd2;  // index: table; row: first entry; data: one threshold code each
  localparam int unsigned TargetCoupling = 32'd3;  // index: layer; data: c of class 0..3, signed
  localparam int unsigned TargetWeight = 32'd4;  // index: layer; colour, row; data: pair words (rtl/README.md), pair 0 first, rows ascending
  localparam int unsigned TargetSite = 32'd5;  // colour, row; data: {clamp, class} 3 bits a pair, pair 0 in the low bits, rows ascending
  localparam int unsigned TargetSpin = 32'd6;  // index: lane group; colour, row; data: bit pair * lanes + lane, rows ascending
  localparam int unsigned TargetConditioning = 32'd7;  // as Spin, into the conditioning plane
  localparam int unsigned TargetNoise = 32'd8;  // row: first pair; data: per pair, which is cleared first, per lane the injections of NoiseInjections steps of each lane group, groups in turn, two a word, the first one lowest
  localparam int unsigned EntropyClaimMilli = 32'd500;  // claimed min-entropy of a raw bit, in 1/1000 bit: a design value, not a measurement
  localparam int unsigned HealthAlphaLog2 = 32'd40;  // -log2 of the false-alarm probability a decision of a health test has at the claimed min-entropy
  localparam int unsigned HealthWindow = 32'd1024;  // raw bits of a window of the proportion and lag tests, and of the start-up test
  localparam int unsigned HealthLags = 32'd16;  // lags 1..16 of the lag test, one a window in turn
  localparam int unsigned RawWords = 32'd32;  // words of 32 raw bits that the read-out FIFO holds
  localparam int unsigned CauseRepetition = 32'd1;  // alarm cause: repetition count test
  localparam int unsigned CauseProportion = 32'd2;  // alarm cause: adaptive proportion test
  localparam int unsigned CauseLag = 32'd4;  // alarm cause: lag test
  localparam int unsigned CauseStartUp = 32'd8;  // set besides another cause: it was met before the start-up test had passed
  localparam int unsigned RingFaultNone = 32'd0;  // good rings
  localparam int unsigned RingFaultStuck = 32'd1;  // every ring's output stands still
  localparam int unsigned RingFaultBiased = 32'd2;  // every ring's output is high for 63/64 of its period
  localparam int unsigned RingFaultPeriodic = 32'd3;  // no jitter, and every period a fraction of 256 clocks
  localparam int unsigned RingFaultNeighbour = 32'd4;  // injection locking: every ring but the first follows the one before it
  localparam int unsigned RingFaultClock = 32'd5;  // injection locking: every ring follows the clock
  localparam int unsigned LinkHello = 32'd1;  // request: nothing; answer: magic, protocol version, window (frames), payload bytes, clock Hz, damaged frames
  localparam int unsigned LinkRead = 32'd2;  // count registers from address, address rising
  localparam int unsigned LinkWrite = 32'd3;  // payload words to registers from address, address rising
  localparam int unsigned LinkStreamIn = 32'd4;  // payload words to the load stream, as many as it takes now; address bit 0: last word ends the packet
  localparam int unsigned LinkStreamOut = 32'd5;  // up to count words that wait on the sample stream, stops at a packet end
  localparam int unsigned LinkAnswerFlag = 32'd128;  // set in the command byte of an answer
  localparam int unsigned LinkStatusOk = 32'd0;  // done
  localparam int unsigned LinkStatusBadCommand = 32'd1;  // unknown command
  localparam int unsigned LinkStatusBadLength = 32'd2;  // count and payload disagree, or too long
  localparam int unsigned LinkStatusBusError = 32'd3;  // the bus answered an error, or no such address
  localparam int unsigned LinkStatusPacketEnd = 32'd256;  // status bit of StreamOut: its last word ended a packet
  localparam int unsigned LinkStatusPacketOpen = 32'd512;  // status bit: the load stream is inside a packet
  localparam int unsigned LinkProtocolVersion = 32'd1;  // link protocol version
  localparam int unsigned LinkMaxPayload = 32'd240;  // payload bytes of one frame: a whole frame fits 256 bytes, as received and as encoded
  localparam int unsigned RepetitionCutoff = 32'd81;  // so many equal raw bits in a row are an alarm
  localparam int unsigned ProportionCutoff = 32'd824;  // so many hits in a window are an alarm
  localparam int unsigned MostRings = 32'd8;  // rings a build can have
  localparam int unsigned MapHash = 32'd1142849574;  // hash of the meaning of tsu.toml
  localparam int unsigned Magic = 32'd1414747441;  // 'TSU1'
  localparam int unsigned CoreVersion = 32'd131072;  // major[31:16] minor[15:0]
  localparam int unsigned RegId = 32'h000;  // magic: 'TSU1' = 0x54535531
  localparam int unsigned RegVersion = 32'h004;  // core version: major[31:16] minor[15:0]
  localparam int unsigned RegMapHash = 32'h008;  // hash of this file's meaning; the host refuses another
  localparam int unsigned RegBuildId = 32'h00c;  // build parameter
  localparam int unsigned RegGridSize = 32'h010;  // columns[15:0] rows[31:16] as built
  localparam int unsigned RegLanes = 32'h014;  // lanes[7:0] groups[15:8] tiles[23:16] layers[31:24]
  localparam int unsigned RegFormats = 32'h018;  // weight bits[7:0] table bits[15:8] tables[23:16] slots[31:24]
  localparam int unsigned RegCaps = 32'h01c;  // rules[3:0] noise source that can be selected[7:4] (0 pseudo-random alone, 1 ring oscillator, 2 simulation model of one) log2 program words[15:8]
  localparam int unsigned RegRule = 32'h020;  // a[15:0] b[31:16], signed
  localparam int unsigned RegClockHz = 32'h038;  // core clock
  localparam int unsigned RegControl = 32'h040;  // bit 0 start, bit 1 abort, bit 2 clear counters
  localparam int unsigned RegStatus = 32'h044;  // bit 0 busy, bit 1 done, bit 2 program error, bit 3 load error, bit 4 waiting for the sample stream, bit 5 health alarm of the selected rings: no program runs; [11:8] noise source in use, codes as in Caps
  localparam int unsigned RegRows = 32'h048;  // rows in use, 1..built rows; change only when idle
  localparam int unsigned RegScratch = 32'h04c;  // free for link tests
  localparam int unsigned RegIrqEnable = 32'h050;  // bit 0 done, bit 1 error, bit 2 sample waiting
  localparam int unsigned RegIrqStatus = 32'h054;  // same bits
  localparam int unsigned RegClocks = 32'h060;  // clocks from start to end; low word first, reading it latches the high word
  localparam int unsigned RegSweepClocks = 32'h068;  // clocks in which the array was kept by Sweep or Randomise, filling and draining included
  localparam int unsigned RegRowSteps = 32'h070;  // row steps done
  localparam int unsigned RegFlips = 32'h078;  // attempted updates: row steps x column pairs x lanes
  localparam int unsigned RegStalls = 32'h080;  // clocks in which Emit waited for the sample stream, or Beta for its table
  localparam int unsigned RegSamples = 32'h088;  // sample packets emitted
  localparam int unsigned RegProgramCounter = 32'h090;  // word being executed
  localparam int unsigned RegEntropyControl = 32'h0a0;  // bit 0 select the rings (off: they rest, and a latched alarm stops nothing), bit 1 clear the alarm and begin the start-up test anew, reads 0; [6:4] fault of a simulation model
  localparam int unsigned RegEntropyStatus = 32'h0a4;  // bit 0 the start-up test has passed and no alarm is latched, [7:4] alarm causes, [15:8] raw words waiting, [19:16] rings
  localparam int unsigned RegEntropyRaw = 32'h0a8;  // next word of 32 raw bits, oldest in bit 0; reading takes it; 0 when none waits
  // Stages of ring k in bits [8k +: 8].
  localparam logic [63:0] RingStages = 64'h1d1713110d0b0705;
  // A pattern as a flat vector: rule k is {b, a} in bits [16k +: 16], 8 bits signed each.
  localparam int unsigned G8Rules = 2;
  localparam logic [95:0] G8 = 96'h000000000000000001040100;
  localparam int unsigned G12Rules = 3;
  localparam logic [95:0] G12 = 96'h0000000000000a0901040100;
  localparam int unsigned G16Rules = 4;
  localparam logic [95:0] G16 = 96'h00000000090e070801040100;
  localparam int unsigned G20Rules = 5;
  localparam logic [95:0] G20 = 96'h00000603090e070801040100;
  localparam int unsigned G24Rules = 6;
  localparam logic [95:0] G24 = 96'h02010603090e070801040100;
endpackage
`default_nettype wire
