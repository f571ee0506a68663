// What takes the place of files of that name for this family, and what that is made of.
tsu_chain.sv
tsu_slots.sv
tsu_fields.sv
tsu_against.sv
tsu_noise.sv
tsu_cell.sv
tsu_pair.sv
../carry/tsu_add.sv
../carry/tsu_add_select.sv
tsu_nand.sv
../lut/tsu_ring.sv
