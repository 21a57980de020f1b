"""Training by the clock, with checkpoints it resumes from."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from training.data import Packed, Producer
from training.model import Model, Shape, lay_out
from training.optimizer import Muon
from training.parallel import Team, helpers

CHECKPOINT_SECONDS = 120
_WARM_STEPS = 120


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result, besides the problems."""

    seed: int
    minutes: float
    trees: int = 2
    """Problems in one step."""
    muon_lr: float = 6e-3
    adam_lr: float = 4e-3
    weight_decay: float = 0.1
    threads: int = 1
    workers: int = 1
    """Processes that train together; each adds its own problems to every step."""


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def shape_for(tok: Tokenizer) -> Shape:
    return Shape(n_vocab=tok.get_vocab_size())


def _optimizers(model: Model, recipe: Recipe) -> list[torch.optim.Optimizer]:
    hidden = [p for name, p in model.named_parameters() if p.ndim == 2 and name.startswith("blk.")]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or not name.startswith("blk.")]
    muon = Muon(hidden, lr=recipe.muon_lr, weight_decay=recipe.weight_decay)
    adam = torch.optim.AdamW(others, lr=recipe.adam_lr, betas=(0.9, 0.95), weight_decay=0.0)
    return [muon, adam]


def schedule(done: float, step: int) -> float:
    """Share of the full learning rate: a short warm-up, then a cosine over the time that is given."""
    return min(1.0, (step + 1) / _WARM_STEPS) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def _save(path: Path, content: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    torch.save(content, part)
    part.replace(path)


class Trainer:
    """One run in one folder."""

    def __init__(self, folder: Path, recipe: Recipe, team: Team | None = None) -> None:
        torch.manual_seed(recipe.seed)
        torch.set_num_threads(recipe.threads)
        self.folder, self.recipe, self.device = folder, recipe, device()
        self.team = team or Team()
        self.tok = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.model = Model(shape_for(self.tok)).to(self.device)
        self.optimizers = _optimizers(self.model, recipe)
        self.step, self.tokens, self.seconds = 0, 0, 0.0
        self.checkpoint = folder / "checkpoint.pt"
        if self.checkpoint.exists():
            self._resume()
        self.agreed = self.seconds
        """The leader's seconds at the last step: what all members of the team go by."""

    def _resume(self) -> None:
        saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.step, self.tokens, self.seconds = saved["step"], saved["tokens"], saved["seconds"]

    def save(self) -> None:
        _save(
            self.checkpoint,
            {
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "step": self.step,
                "tokens": self.tokens,
                "seconds": self.seconds,
            },
        )
        (self.folder / "shape.json").write_text(json.dumps(asdict(self.model.shape)))

    def learn(self, batch: Packed, share: float) -> float:
        """One step; gives the mean loss of the learned tokens."""
        for optimizer, rate in zip(self.optimizers, (self.recipe.muon_lr, self.recipe.adam_lr), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        lay = lay_out(batch, self.device, self.model.shape)
        ids, predict, targets = (
            torch.from_numpy(part).to(self.device) for part in (batch.ids, batch.predict, batch.targets)
        )
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
            loss = F.cross_entropy(self.model(ids, lay, predict).float(), targets)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.agreed = self.team.average(self.model, self.seconds)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step, self.tokens = self.step + 1, self.tokens + len(batch.ids) * self.team.size
        return float(loss.detach())

    def run(self) -> None:
        """Train until the recipe's minutes are used, counted over all resumptions."""
        total = 60 * self.recipe.minutes
        # Batches are numbered: a resumed run goes on with problems it has not seen.
        recipe = self.recipe
        own_seed = recipe.seed + 7919 * self.team.rank
        producer = Producer(self.folder / "tokenizer.json", own_seed, recipe.trees, self.step)
        recent: list[float] = []
        last, saved = time.monotonic(), time.monotonic()
        if self.team.leads:
            size = f"{self.model.parameter_count() / 1e6:.2f} M parameters"
            print(f"{size} on {self.device}, {self.model.shape}, workers {self.team.size}", flush=True)
        try:
            while self.agreed < total:
                recent.append(self.learn(producer.next(), schedule(self.agreed / total, self.step)))
                now = time.monotonic()
                self.seconds, last = self.seconds + now - last, now
                if not self.team.leads:
                    continue
                if self.step % 50 == 0:
                    self._report(recent)
                    recent.clear()
                if now - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = now
        finally:
            producer.close()
        if self.team.leads:
            self.save()
        self.team.close()

    def _report(self, recent: list[float]) -> None:
        loss, rate = sum(recent) / len(recent), self.tokens / self.seconds
        print(f"{self.seconds:7.0f} s  step {self.step}  loss {loss:.4f}  {rate:,.0f} tokens/s", flush=True)


def train(folder: Path, recipe: Recipe) -> None:
    """Train with as many processes as the recipe says; returns when its minutes are used."""
    if recipe.workers == 1:
        Trainer(folder, recipe).run()
        return
    meeting, processes = helpers(recipe.workers, partial(_assist, folder, recipe))
    try:
        Trainer(folder, recipe, Team(recipe.workers, 0, meeting)).run()
    finally:
        for process in processes:
            process.join(10)
            process.kill()


def _assist(folder: Path, recipe: Recipe, rank: int, meeting: str) -> None:
    Trainer(folder, recipe, Team(recipe.workers, rank, meeting)).run()
