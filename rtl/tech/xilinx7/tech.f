// What takes the place of files of that name for this family, and what that is made of.
tsu_chain.sv
tsu_slots.sv
tsu_fields.sv
tsu_against.sv
../carry/tsu_add.sv
../carry/tsu_add_select.sv
../carry/tsu_size.sv
tsu_nand.sv
../lut/tsu_ring.sv
