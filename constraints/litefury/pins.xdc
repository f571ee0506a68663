# SPDX-License-Identifier: Apache-2.0
# RHS LiteFury / NiteFury, SQRL Acorn CLE, XC7A200T-FBG484. The period of the clock comes from board.toml. Never run here.
# Public board files differ on the standard of the clock's pair: DIFF_SSTL15 in some, LVDS_25 in others; either is an input.
set_property -dict {PACKAGE_PIN J19 IOSTANDARD DIFF_SSTL15} [get_ports clk_200mhz_pi]
set_property -dict {PACKAGE_PIN H19 IOSTANDARD DIFF_SSTL15} [get_ports clk_200mhz_ni]
# Connector P2, 3.3 V, for an adapter; directions as seen from the FPGA.
set_property -dict {PACKAGE_PIN J2 IOSTANDARD LVCMOS33} [get_ports uart_rx_i]
set_property -dict {PACKAGE_PIN K2 IOSTANDARD LVCMOS33} [get_ports uart_tx_o]
# CLKREQ# of the slot.
set_property -dict {PACKAGE_PIN G1 IOSTANDARD LVCMOS33} [get_ports clkreq_no]
# LEDs; their polarity differs between public board files.
set_property -dict {PACKAGE_PIN G3 IOSTANDARD LVCMOS33} [get_ports {led_o[0]}]
set_property -dict {PACKAGE_PIN H3 IOSTANDARD LVCMOS33} [get_ports {led_o[1]}]
set_property -dict {PACKAGE_PIN G4 IOSTANDARD LVCMOS33} [get_ports {led_o[2]}]
set_property -dict {PACKAGE_PIN H4 IOSTANDARD LVCMOS33} [get_ports {led_o[3]}]

# Configuration from the SPI flash.
set_property CFGBVS VCCO [current_design]
set_property CONFIG_VOLTAGE 3.3 [current_design]
set_property BITSTREAM.CONFIG.SPI_BUSWIDTH 4 [current_design]
set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]

# Asynchronous pins: synchronised inside, or watched by eyes.
set_false_path -from [get_ports uart_rx_i]
set_false_path -to [get_ports {uart_tx_o clkreq_no led_o[*]}]
