#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run_dieharder.sh NOISE_STREAM RESULT [JOBS]: every test of Debian's dieharder, with every tuple size that its `-a` takes,
# each on words of its own seed: 8 chains x 32 column pairs in the order a device draws them (256 streams interleaved, 24 bits
# a word). Fails if a test says FAILED or gives no result. About 20 minutes on two cores; what is done is kept beside NOISE_STREAM, so
# an interrupted run goes on where it ended.
set -euo pipefail
stream=$1 result=$2 jobs=${3:-1}
parts=$(dirname "$stream")/dieharder.parts
mkdir -p "$parts"

# Test:tuple sizes; - is the test's own default.
tests="0:- 1:- 2:- 3:- 4:- 5:- 6:- 7:- 8:- 9:- 10:- 11:- 12:- 13:- 14:- 15:- 16:- 17:- 100:- 101:- 102:- \
  200:1-12 201:2-5 202:2-5 203:0-32 204:- 205:- 206:- 207:- 208:- 209:-"

one() {  # stream parts test tuple
  local out=$2/$3.$4 size=()
  [ "$4" = - ] || size=(-n "$4")
  [ -s "$out" ] && [ "$out" -nt "$1" ] && return  # of this very generator
  "$1" "$(($3 * 100 + ${4/-/99}))" 8 32 0 |
    dieharder -d "$3" "${size[@]}" -g 200 -k 2 -D test_name -D ntuple -D tsamples -D psamples -D pvalues -D assessment \
    >"$out.part"
  grep -qE 'PASSED|WEAK|FAILED' "$out.part" || { echo "dieharder: test $3 tuple $4 gave no result" >&2; exit 255; }  # xargs stops
  mv "$out.part" "$out"
}
export -f one

list=()
for entry in $tests; do
  sizes=${entry#*:}
  case $sizes in -) list+=("${entry%:*} -") ;; *) for n in $(seq "${sizes%-*}" "${sizes#*-}"); do list+=("${entry%:*} $n"); done ;; esac
done
printf '%s\n' "${list[@]}" | xargs -P "$jobs" -L 1 bash -c 'one "$0" "$1" "$2" "$3"' "$stream" "$parts"

{
  echo "# noise-stream SEED 8 32 0 | dieharder -d TEST -n TUPLE -g 200 -k 2, SEED = 100 TEST + TUPLE (99 where the test has one only)"
  echo "# test|tuple|samples|repeats|p-value|assessment"
  for item in "${list[@]}"; do cat "$parts/${item/ /.}"; done
} >"$result.part"
mv "$result.part" "$result"
rm -r "$parts"
echo "passed $(grep -c PASSED "$result"), weak $(grep -c WEAK "$result"), failed $(grep -c FAILED "$result")"
! grep FAILED "$result"
