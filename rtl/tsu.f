tsu_pkg.sv
