#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_dieharder.sh NOISE_STREAM RESULT: Debian's dieharder, all tests, on the words of 8 chains x 32 column pairs in
# the order a device draws them (256 streams interleaved, 24 bits a word). Fails if a test says FAILED. 20 to 60 minutes.
set -eu
part="$2.part"
{
  echo "# noise-stream 1 8 32 0 | dieharder -a -g 200 -k 2"
  "$1" 1 8 32 0 | dieharder -a -g 200 -k 2
} >"$part"
mv "$part" "$2"
echo "passed $(grep -c PASSED "$2"), weak $(grep -c WEAK "$2" || true), failed $(grep -c FAILED "$2" || true)"
! grep FAILED "$2"
