"""What the lens learns from the labels kept on this machine, and what of it stays with shuffled embeddings.

    python benchmarks/lens_labels.py [--labels FILE] [--trials 3] [--json]

``atlas-tui lens import-bench RUN`` puts the labels of a bench run there. Shuffled: each candidate gets the
embedding of another one, drawn by chance; the gate must close. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from atlas_tui import paths
from atlas_tui.lens import teaching
from atlas_tui.lens.data import Data
from atlas_tui.lens.learning import learn
from atlas_tui.lens.model import Identity
from atlas_tui.lens.training import Recipe
from atlas_tui.statistics import Estimate
from atlas_tui.store import Labels


def told(data: Data, identity: Identity) -> dict[str, object]:
    """Order, gain among ties and the gate's word, by folds over problems."""
    found = learn(data, identity, Recipe())
    if found.evaluation is None:
        return {"gate": found.gate.as_json()}
    lens, selection = found.evaluation.lens, found.evaluation.selection
    inside, gain = lens.inside, selection.gain
    return {
        "auc": None if lens.auc is None else round(lens.auc, 3),
        "inside problems": _rounded(inside, 1, 3),
        "gain in points": _rounded(gain, 100, 2),
        "ties that matter": selection.deciding,
        "gate": found.gate.state,
        "why": found.gate.why,
    }


def _rounded(found: Estimate, times: int, digits: int) -> list[float | None]:
    """Value and interval."""
    values = (found.value, found.low, found.high)
    return [None if value is None else round(times * value, digits) for value in values]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--labels", type=Path, default=None)
    parser.add_argument("--trials", type=int, default=3, help="times the embeddings are shuffled")
    parser.add_argument("--json", action="store_true", help="only the last line")
    asked = parser.parse_args()
    store = Labels(asked.labels or paths.labels())
    labels = teaching.learnable(store.read())
    store.close()
    results: list[dict[str, object]] = []
    for identity in teaching.identities(labels):
        data = teaching.data_of(labels, identity)
        right = int(data.right.sum())
        size = {"candidates": len(data.right), "problems": len(set(data.problems)), "right": right}
        results.append({"embeddings": "as they are", **size, **told(data, identity)})
        for trial in range(asked.trials):
            order = np.random.default_rng(trial).permutation(len(data.right))
            shuffled = replace(data, vectors=data.vectors[order])
            results.append({"embeddings": f"shuffled {trial + 1}", **size, **told(shuffled, identity)})
    for result in [] if asked.json else results:
        print("  ".join(f"{name} {value}" for name, value in result.items()))
    print(json.dumps(results, default=str))


if __name__ == "__main__":
    main()
