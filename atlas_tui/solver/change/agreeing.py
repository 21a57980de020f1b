"""Which changes agree: they have no outputs to compare, but tests that the model wrote tell them apart."""

from __future__ import annotations

from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.table import Table


def agreement_of_changes(table: Table) -> Agreement | None:
    """The clusters of the finalists: those that pass the same written tests; without such tests, those that
    are the same change.

    None where that tells nothing: no written test passes anywhere, and no two changes are the same.
    """
    rivals = table.finalists
    forms = {row.label: row.code.encode() for row in rivals}
    if table.passes is not None and table.tests_tell:
        rows = dict(zip(table.tested, table.passes, strict=True))
        forms = {row.label: rows[row.label].tobytes() for row in rivals if row.label in rows}
    elif len(set(forms.values())) == len(forms):
        return None
    if len(forms) < 2 or len(forms) < len(rivals):
        return None
    clusters = dict[bytes, list[str]]()
    for label, form in forms.items():
        clusters.setdefault(form, []).append(label)
    found = tuple(sorted(map(tuple, clusters.values()), key=lambda each: (-len(each), each)))
    return Agreement(
        clusters=found,
        shares={label: len(cluster) / len(rivals) for cluster in found for label in cluster},
        nearness={},
        inputs=table.passes.shape[1] if table.passes is not None and table.tests_tell else 1,
        failures={},
    )
