// What takes the place of tech/generic/ for this family, and what that is made of.
tsu_nand.sv
../lut/tsu_ring.sv
