#!/usr/bin/env python3
"""Generates the SystemVerilog package, the C++ header, the register table and the patterns of simulated builds from tsu.toml.

    gen_regs.py            rewrite the generated files
    gen_regs.py --check    exit 1 and name the stale file when one differs
"""
import hashlib
import json
import pathlib
import sys
import tomllib

from health_cutoffs import proportion_cutoff, repetition_cutoff

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOTE = "Generated from rtl/regs/tsu.toml by rtl/regs/gen_regs.py; do not edit."
CONSTANT_GROUPS = (("format", ""), ("noise", ""), ("timing", ""), ("opcodes", "Op"), ("targets", "Target"),
                   ("entropy", ""), ("ring_faults", "RingFault"), ("link", "Link"))


def meaning_hash(spec):
    """Hash of names and numbers, not of prose: what both sides must agree on."""
    def strip(node):
        if isinstance(node, dict):
            return {k: strip(v) for k, v in node.items() if k != "doc"}
        return node
    text = json.dumps(strip({group: entries for group, entries in spec.items() if group != "timing"}), sort_keys=True)
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def check(spec):
    """Refuses overlapping registers, duplicate codes and rules whose ends share a colour."""
    used = {}
    for name, reg in spec["registers"].items():
        for i in range(reg.get("count", 1)):
            at = reg["offset"] + 4 * i
            if at % 4 or at in used:
                sys.exit(f"tsu.toml: register {name} at {at:#x} overlaps {used.get(at, 'nothing')} or is unaligned")
            used[at] = name
    for group in ("opcodes", "targets", "ring_faults"):
        values = [e["value"] for e in spec[group].values()]
        if len(set(values)) != len(values):
            sys.exit(f"tsu.toml: two entries of [{group}] share a value")
    for name, rules in spec["patterns"].items():
        for a, b in rules:
            if (a + b) % 2 == 0:
                sys.exit(f"tsu.toml: rule ({a},{b}) of {name} joins sites of one colour")


def constants(spec):
    for group, prefix in CONSTANT_GROUPS:
        for name, entry in spec[group].items():
            yield prefix + name, entry["value"], entry["doc"]
    entropy = {name: entry["value"] for name, entry in spec["entropy"].items()}
    claim, alpha = entropy["EntropyClaimMilli"], entropy["HealthAlphaLog2"]
    yield "RepetitionCutoff", repetition_cutoff(claim, alpha), "so many equal raw bits in a row are an alarm"
    yield "ProportionCutoff", proportion_cutoff(claim, alpha, entropy["HealthWindow"]), "so many hits in a window are an alarm"
    yield "MostRings", len(spec["rings"]["stages"]), "rings a build can have"
    yield "MapHash", meaning_hash(spec), "hash of the meaning of tsu.toml"
    yield "Magic", 0x54535531, "'TSU1'"
    yield "CoreVersion", 0x00020000, "major[31:16] minor[15:0]"


def vector(rules):
    """A pattern as the parameter Rules takes it."""
    return f"96'h{sum(((a & 255) | (b & 255) << 8) << (16 * k) for k, (a, b) in enumerate(rules)):024x}"


def cmake(spec):
    """Parameters of a Verilated build by pattern: tsu_verilate(... PARAMS ${TSU_G16})."""
    lines = [f"# {NOTE}"]
    for name, rules in spec["patterns"].items():
        lines.append(f"set(TSU_{name} NumRules={len(rules)} Rules={vector(rules)})")
    return "\n".join(lines + [""])


def systemverilog(spec):
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0", "`default_nettype none", "package tsu_pkg;"]
    for name, value, doc in constants(spec):
        lines.append(f"  localparam int unsigned {name} = 32'd{value};  // {doc}")
    for name, reg in spec["registers"].items():
        lines.append(f"  localparam int unsigned Reg{name} = 32'h{reg['offset']:03x};  // {reg['doc']}")
    lines.append("  // Stages of ring k in bits [8k +: 8].")
    lines.append(f"  localparam logic [63:0] RingStages = 64'h{bytes(reversed(spec['rings']['stages'])).hex()};")
    lines.append("  // A pattern as a flat vector: rule k is {b, a} in bits [16k +: 16], 8 bits signed each.")
    for name, rules in spec["patterns"].items():
        lines.append(f"  localparam int unsigned {name}Rules = {len(rules)};")
        lines.append(f"  localparam logic [95:0] {name} = {vector(rules)};")
    return "\n".join(lines + ["endpackage", "`default_nettype wire", ""])


def cpp(spec):
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0", "#pragma once", "", "#include <cstdint>", "",
             "namespace tsu::regs {", ""]
    for name, value, doc in constants(spec):
        lines.append(f"inline constexpr std::uint32_t k{name} = {value}u;  // {doc}")
    for name, reg in spec["registers"].items():
        lines.append(f"inline constexpr std::uint32_t kReg{name} = 0x{reg['offset']:03x}u;  // {reg['doc']}")
    lines.append(f"inline constexpr int kRingStages[] = {{{', '.join(map(str, spec['rings']['stages']))}}};")
    lines += ["", "struct NamedPattern {", "  const char* name;", "  int rules;", "  int a[6];", "  int b[6];", "};",
              "inline constexpr NamedPattern kPatterns[] = {"]
    for name, rules in spec["patterns"].items():
        a = ", ".join(str(r[0]) for r in rules)
        b = ", ".join(str(r[1]) for r in rules)
        lines.append(f'    {{"{name}", {len(rules)}, {{{a}}}, {{{b}}}}},')
    return "\n".join(lines + ["};", "", "}  // namespace tsu::regs", ""])


def markdown(spec):
    lines = [f"<!-- {NOTE} -->", "# Registers, opcodes, load targets and link codes", "",
             "| offset | name | access | meaning |", "|---|---|---|---|"]
    for name, reg in spec["registers"].items():
        count = f" x {reg['count']}" if "count" in reg else ""
        lines.append(f"| 0x{reg['offset']:03x}{count} | {name} | {reg['access']} | {reg['doc']} |")
    for group, prefix in CONSTANT_GROUPS:
        lines += ["", f"## {group}", "", "| name | value | meaning |", "|---|---|---|"]
        for name, entry in spec[group].items():
            lines.append(f"| {prefix}{name} | {entry['value']} | {entry['doc']} |")
    lines += ["", "## patterns", "", "| name | rules |", "|---|---|"]
    for name, rules in spec["patterns"].items():
        lines.append(f"| {name} | {', '.join(f'({a},{b})' for a, b in rules)} |")
    return "\n".join(lines + [""])


def main():
    spec = tomllib.loads((HERE / "tsu.toml").read_text())
    check(spec)
    stale = []
    for path, text in ((ROOT / "rtl/tsu_pkg.sv", systemverilog(spec)),
                       (ROOT / "sw/include/tsu/regs.hpp", cpp(spec)),
                       (ROOT / "rtl/REGISTERS.md", markdown(spec)),
                       (ROOT / "verif/patterns.cmake", cmake(spec))):
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(str(path.relative_to(ROOT)))
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"stale generated files: {', '.join(stale)}; run `make regs`")


if __name__ == "__main__":
    main()
