#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The product in one go: starts the simulated board (Verilated FPGA top behind a pseudo-terminal), generates images through
# its serial line, runs the same job on the golden model, and demands that every bit agrees.
#   demo.sh TSU MODEL OUT_DIR
set -eu
tsu=$1 model=$2 out=$3
count=${COUNT:-64} seed=${SEED:-1}
mkdir -p "$out"

"$tsu" serve-sim --link "$out/tty" 2>"$out/board.log" >/dev/null &
board=$!
trap 'kill $board 2>/dev/null || true; wait $board || true' EXIT  # it may have died before; its status is not the demo's
for _ in $(seq 100); do [ -e "$out/tty" ] && break; sleep 0.1; done
[ -e "$out/tty" ] || { cat "$out/board.log" >&2; echo "demo: the simulated board did not start" >&2; exit 1; }

tty=$(readlink -f "$out/tty")
echo "board      : $tty (Verilated FPGA top, bit-level UART)"
"$tsu" run "$model" --device "uart:$tty?baud=3000000&timeout=20000" --count "$count" --seed "$seed" \
  --out "$out/sheet.png" --film "$out/film.png" --json >"$out/uart.json"
"$tsu" run "$model" --device golden: --count "$count" --seed "$seed" --out "$out/golden.idx.gz" --json >"$out/golden.json"

python3 - "$out" <<'EOF'
import json, sys
out = sys.argv[1]
a, b = (json.load(open(f"{out}/{name}.json")) for name in ("uart", "golden"))
print(f"images     : {a['samples']} in {a['seconds']:.1f} s over the serial line, {a['sweeps']} sweeps a chain, {a['flips']:.3g} flips")
print(f"noise      : {a['noise']}")
print(f"sha256     : {a['sample_sha256']}  uart:")
print(f"             {b['sample_sha256']}  golden:")
same = a["sample_sha256"] == b["sample_sha256"]
print("identical  : yes, bit for bit" if same else "identical  : NO")
print(f"pictures   : {out}/sheet.png  {out}/film.png")
sys.exit(0 if same else 1)
EOF
