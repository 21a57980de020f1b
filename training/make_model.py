"""Make the bundled model: tokenizer, training, export, quantization, check.

    python -m training.make_model --seed 1 --minutes 120

Stopped at any point, the same command goes on from the last checkpoint in ``training/runs/seed<N>``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from atlas_tui.engine import bundled_model_path
from training.export import export
from training.tokenizer import load_or_train
from training.train import Recipe, train

ROOT = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="decides problems, weights and order (default 1)")
    parser.add_argument(
        "--minutes", type=float, default=120, help="training time, resumed runs included (default 120)"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="processes of one thread each that train together (default 2)"
    )
    parser.add_argument("--target", type=Path, default=bundled_model_path(), help="where the GGUF goes")
    parser.add_argument("--export-only", action="store_true", help="export the last checkpoint as it is")
    options = parser.parse_args()
    folder = ROOT / "runs" / f"seed{options.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    if not options.export_only:
        load_or_train(folder / "tokenizer.json", options.seed)
        train(folder, Recipe(seed=options.seed, minutes=options.minutes, workers=options.workers))
    for name, found in export(folder, options.target).items():
        print(
            f"{name}: tokens equal {found.tokens}/{found.texts}, greedy equal {found.greedy}/{found.prompts},"
            f" largest difference of logits {found.logit_error:.2g}"
        )
    print(f"{options.target}: {options.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
