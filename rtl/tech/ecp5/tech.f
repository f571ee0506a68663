// What takes the place of tech/generic/ for this family, and what that is made of.
tsu_chain.sv
../carry/tsu_add.sv
../carry/tsu_add_select.sv
../carry/tsu_size.sv
tsu_delay.sv
tsu_nand.sv
../lut/tsu_ring.sv
