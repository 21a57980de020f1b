def _row(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def markdown(table):
    return _row(table.columns) + _row(["---"] * len(table.columns)) + "".join(map(_row, table.rows))
