"""Generated programming problems: typed chains of small steps, told in varied words."""
