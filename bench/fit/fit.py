"""Fit the two models to gathered evidence and write them as tables of trees.

    python -m bench.fit.fit build/evidence.npz            report alone
    python -m bench.fit.fit build/evidence.npz --write    and write core/tables/model_*.json

Two models of each kind are written. The held-out one, in `bench/fit/`, is fitted to development
mail alone (sent before 2001 by one half of the people), and every figure that is reported comes
from it, on mail of the other half from 2001 on. The shipped one is made in the same way from all
the labelled mail there is. Where more evidence must never weaken a suspicion, the trees are held to
it (monotonic constraints).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.fit.gather import half
from missent.core import evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = Path(__file__).parents[2] / "src/missent/core/tables"
CUT = int(dt.datetime(2001, 1, 1, tzinfo=dt.UTC).timestamp())
HELD_OUT = Path(__file__).parent
TEST_MESSAGES, ALL_MESSAGES = 22_011, 94_771
FOLDS = 3
INVENTED = 0.3  # what an invented slip weighs beside a real one

UP = {
    "domain": (
        "same_local same_local_sent same_local_received same_local_sender same_local_sender_sent "
        "same_local_sender_received same_local_only_there near_local near_local_sender meant_sent "
        "meant_received meant_locals meant_sender_sent sent_ratio locals_ratio suffix_unknown "
        "label_jumble jumble_difference beside_meant"
    ),
    "local": "meant_sender_sent meant_sender_received meant_sent meant_received sent_ratio "
    "typed_bounced jumble",
}
DOWN = {
    "domain": (
        "cost edits_per_letter meant_underscore typed_sent typed_locals typed_address_sent "
        "typed_sender_sent typed_listed typed_parent_sent typed_parent_received beside_typed "
        "meant_just_now"
    ),
    "local": "cost typed_sent meant_just_now digits_differ",
}


@dataclass
class Part:
    """The evidence for one model, or some rows of it."""

    numbers: NDArray[Any]
    meant: NDArray[Any]
    about: NDArray[Any]

    def where(self, rows: NDArray[Any]) -> Part:
        """Some of the rows."""
        return Part(self.numbers[rows], self.meant[rows], self.about[rows])

    @property
    def invented(self) -> NDArray[Any]:
        """Which rows are made-up slips."""
        made_up: NDArray[Any] = self.about[:, 6] == "1"
        return made_up


def load(path: str, name: str) -> Part:
    file = np.load(path)
    return Part(file[f"{name}_numbers"], file[f"{name}_meant"], file[f"{name}_about"])


def is_development(part: Part) -> NDArray[Any]:
    return np.array([int(a[0]) < CUT and half(a[1]) == 0 for a in part.about])


def is_test(part: Part) -> NDArray[Any]:
    return np.array([int(a[0]) >= CUT and half(a[1]) == 1 for a in part.about])


def grow(part: Part, name: str, trees: int = 100) -> HistGradientBoostingClassifier:
    names = getattr(evidence, name.upper())
    up, down = UP[name].split(), DOWN[name].split()
    model = HistGradientBoostingClassifier(
        max_leaf_nodes=10,
        learning_rate=0.08,
        max_iter=trees,
        l2_regularization=5,
        min_samples_leaf=15,
        random_state=0,
        early_stopping=False,
        monotonic_cst=[(n in up) - (n in down) for n in names],
    )
    return model.fit(part.numbers, part.meant, sample_weight=np.where(part.invented, INVENTED, 1.0))


def calibrate(part: Part, name: str) -> tuple[float, float]:
    """Turn the trees' sum into the log-odds of real mail, by Platt's method on held-out folds."""
    real = ~part.invented
    logits = np.zeros(len(part.meant))
    fold = np.array([hash_of(a[2]) % FOLDS for a in part.about])
    for k in range(FOLDS):
        held = fold == k
        if held.any():
            logits[held] = grow(part.where(~held), name).decision_function(part.numbers[held])
    best = best_of(part.where(real), logits[real])
    x = np.array([[logit] for logit, _, _ in best.values()])
    y = [int(right) for _, right, _ in best.values()]
    platt = LogisticRegression(C=1e3).fit(x, y)
    return float(platt.coef_[0][0]), float(platt.intercept_[0])


def hash_of(text: str) -> int:
    return half(text) + 2 * half(text + "#") + 4 * half("#" + text)


def best_of(part: Part, logits: NDArray[Any]) -> dict[tuple[str, str], tuple[float, bool, Any]]:
    """The likeliest candidate of each decision."""
    best: dict[tuple[str, str], tuple[float, bool, Any]] = {}
    for logit, meant, about in zip(logits, part.meant, part.about, strict=True):
        key = (about[1], about[2])
        if key not in best or logit > best[key][0]:
            best[key] = (float(logit), bool(meant), about)
    return best


def curve(part: Part, logits: NDArray[Any], slips: int, messages: int) -> str:
    """Recall at budgets of needless prompts per 1,000 messages."""
    best = sorted(best_of(part, logits).values(), key=lambda b: -b[0])
    budgets = [0.08, 0.15, 0.21, 0.3, 0.5, 1.0]
    caught = needless = 0
    row: dict[float, tuple[int, float]] = {}
    for logit, _, about in best:
        if about[4] == "1":
            caught += about[5] == "1"
        else:
            needless += 1
        for budget in budgets:
            if needless * 1000 / messages <= budget:
                row[budget] = (caught, logit)
    return "  ".join(f"{b}: {c / max(slips, 1):.3f} (>{lo:.2f})" for b, (c, lo) in row.items())


def export(part: Part, name: str, target: Path, note: str) -> None:
    """Fit, calibrate, and write: a node is [feature, threshold, left, right], a leaf [value]."""
    model, platt = grow(part, name), calibrate(part, name)
    trees = []
    for (predictor,) in model._predictors:  # noqa: SLF001  no public way
        nodes = []
        for node in predictor.nodes:
            if node["is_leaf"]:
                nodes.append([round(float(node["value"]), 5)])
            else:
                nodes.append(
                    [
                        int(node["feature_idx"]),
                        round(float(node["num_threshold"]), 5),
                        int(node["left"]),
                        int(node["right"]),
                    ]
                )
        trees.append(nodes)
    table = {
        "made": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "by": "bench/fit/fit.py",
        "from": note,
        "features": list(getattr(evidence, name.upper())),
        "base": float(model._baseline_prediction[0][0]),  # noqa: SLF001  likewise
        "slope": platt[0],
        "intercept": platt[1],
        "trees": trees,
    }
    path = target / f"model_{name}.json"
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("evidence")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--all", action="store_true", help="also cross-validate over everything")
    asked = parser.parse_args()
    for name in ("domain", "local"):
        whole = load(asked.evidence, name)
        whole = whole.where(np.array([len(row) > 0 for row in whole.about]))
        part = whole.where(is_development(whole))
        test = whole.where(is_test(whole) & ~whole.invented)
        model = grow(part, name)
        logits = model.decision_function(test.numbers)
        slips = len({(a[1], a[2]) for a in test.about if a[4] == "1" and a[5] == "1"})
        real = part.where(~part.invented)
        print(
            name,
            "development slips",
            len({(a[1], a[2]) for a in real.about if a[4] == "1"}),
            "test slips that have candidates",
            slips,
        )
        print("  test:", curve(test, logits, slips, TEST_MESSAGES))
        if asked.all:
            fold = np.array([hash_of(a[2].rpartition("@")[2]) % 5 for a in whole.about])
            out = np.zeros(len(whole.meant))
            for k in range(5):
                out[fold == k] = grow(whole.where(fold != k), name).decision_function(
                    whole.numbers[fold == k]
                )
            everything = whole.where(~whole.invented)
            total = len({(a[1], a[2]) for a in everything.about if a[4] == "1" and a[5] == "1"})
            print(
                "  all, cross-validated:",
                total,
                curve(everything, out[~whole.invented], total, ALL_MESSAGES),
            )
        if asked.write:
            export(part, name, HELD_OUT, "the development part of the labelled Enron mail")
            export(whole, name, TABLES, "the labelled Enron mail to June 2001")


if __name__ == "__main__":
    main()
