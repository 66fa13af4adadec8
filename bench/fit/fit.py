"""Fit the models to gathered evidence and write them as plain tables.

    python -m bench.fit.fit build/evidence.npz            report alone
    python -m bench.fit.fit build/evidence.npz --write    and write the tables

Where more evidence must never weaken a suspicion, the trees are held to it (monotonic constraints).

Of each kind seven models are written. The held-out one, in `bench/fit/`, is fitted to development
mail alone (sent before 2001 by one half of the people). The five in `bench/fit/folds/` are each
fitted to the mail of four fifths of the people, and decide the mail of the others: so all of the
mail is decided by a model that knows neither the sender nor, from others, the slip. The shipped one
is made in the same way from all the labelled mail there is.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bench.fit.gather import half
from missent.core.evidence import of_domain, of_local

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = Path(__file__).parents[2] / "src/missent/core/tables"
CUT = int(dt.datetime(2001, 1, 1, tzinfo=dt.UTC).timestamp())
HELD_OUT = Path(__file__).parent
TEST_MESSAGES, ALL_MESSAGES, FRESH_MESSAGES = 22_011, 94_771, 55_630
FOLDS = 5
INVENTED = {"domain": 0.05, "local": 0.0125}  # what an invented slip weighs beside a real one
# What a row of a start without history weighs, as each stands in the whole replay, too. The domains
# gain by them, there and in the whole; local parts lose, so they are left out.
FRESH = {"domain": 0.3, "local": 0.0}
NAMES = {"domain": of_domain.NAMES, "local": of_local.NAMES}
TREES = {"domain": 160, "local": 220}
LOOKED_AT = 0.3  # of the evidence, so much is looked at for each split: no number is leant on alone

UP = {
    "domain": (
        "same_local same_local_sent same_local_received same_local_sender same_local_sender_sent "
        "same_local_sender_received same_local_only_there near_local near_local_sender meant_sent "
        "meant_received meant_locals meant_sender_sent sent_ratio locals_ratio suffix_unknown "
        "label_jumble jumble_difference beside_meant typed_underscore typed_local_alike "
        "typed_local_alike_many meant_weight meant_weight_sender balance balance_sender"
    ),
    "local": "meant_sender_sent meant_sender_received meant_sent meant_received sent_ratio "
    "typed_bounced jumble meant_weight meant_weight_sender balance balance_sender meant_share",
}
DOWN = {
    "domain": (
        "cost edits_per_letter meant_underscore typed_sent typed_locals typed_address_sent "
        "typed_sender_sent typed_listed typed_parent_sent typed_parent_received beside_typed "
        "meant_just_now meant_rare"
    ),
    "local": "cost typed_sent typed_used typed_elsewhere meant_just_now digits_differ",
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

    @property
    def fresh(self) -> NDArray[Any]:
        """Which rows were decided soon after a start without history."""
        soon: NDArray[Any] = self.about[:, 8] == "1"
        return soon


def load(path: str, name: str) -> Part:
    file = np.load(path)
    return Part(file[f"{name}_numbers"], file[f"{name}_meant"], file[f"{name}_about"])


def is_development(part: Part) -> NDArray[Any]:
    return np.array([int(a[0]) < CUT and half(a[1]) == 0 for a in part.about])


def is_test(part: Part) -> NDArray[Any]:
    return np.array([int(a[0]) >= CUT and half(a[1]) == 1 for a in part.about])


def directions(name: str) -> list[int]:
    """By evidence: 1 where more of it must never weaken a suspicion, -1 where less, else 0."""
    up, down = UP[name].split(), DOWN[name].split()
    return [(n in up) - (n in down) for n in NAMES[name]]


def grow(part: Part, name: str) -> HistGradientBoostingClassifier:
    """Fit the trees."""
    weights = np.where(part.invented, INVENTED[name], 1.0) * np.where(part.fresh, FRESH[name], 1.0)
    model = HistGradientBoostingClassifier(
        max_leaf_nodes=10,
        learning_rate=0.08,
        max_iter=TREES[name],
        l2_regularization=5,
        min_samples_leaf=15,
        max_features=LOOKED_AT,
        random_state=0,
        early_stopping=False,
        monotonic_cst=directions(name),
    )
    return model.fit(part.numbers, part.meant, sample_weight=weights)


def held_out(whole: Part, name: str) -> NDArray[Any]:
    """What is said of each row by a model that does not know its sender."""
    logits = np.zeros(len(whole.meant))
    for k in range(FOLDS):
        held, rest = parted(whole, name, k)
        if held.any():
            model = grow(whole.where(rest), name)
            logits[held] = model.decision_function(whole.numbers[held])
    return logits


def parted(whole: Part, name: str, k: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which rows are of one fifth of the people, and which have neither these nor their slips.

    The same mistyped name is typed by several people, and looks the same each time: it must not be
    on both sides.
    """
    held = np.array([fold_of(a[1]) for a in whole.about]) == k
    typed = np.array([a[2].rpartition("@")[2] if name == "domain" else a[2] for a in whole.about])
    slips = np.unique(typed[held & (whole.about[:, 4] == "1")])
    return held, ~held & ~np.isin(typed, slips)


def calibrate(part: Part, logits: NDArray[Any]) -> tuple[float, float]:
    """The line from held-out sums to the log-odds of real mail, by Platt's method."""
    real = ~part.invented
    best = best_of(part.where(real), logits[real])
    x = np.array([[logit] for logit, _, _ in best.values()])
    y = [int(right) for _, right, _ in best.values()]
    platt = LogisticRegression(C=1e3).fit(x, y)
    return float(platt.coef_[0][0]), float(platt.intercept_[0])


def fold_of(sender: str) -> int:
    """Which fifth of the people a sender is in."""
    return (crc32(sender.encode()) >> 3) % FOLDS


def best_of(part: Part, logits: NDArray[Any]) -> dict[tuple[str, ...], tuple[float, bool, Any]]:
    """The likeliest candidate of each decision."""
    best: dict[tuple[str, ...], tuple[float, bool, Any]] = {}
    for logit, meant, about in zip(logits, part.meant, part.about, strict=True):
        key = (about[1], about[2], about[8])
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


def export(
    part: Part, name: str, target: Path, note: str, platt: tuple[float, float] | None = None
) -> None:
    """Fit, calibrate, and write: a node is [feature, threshold, left, right], a leaf [value]."""
    model = grow(part, name)
    slope, intercept = platt or calibrate(part, held_out(part, name))
    table = {
        "made": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "by": "bench/fit/fit.py",
        "from": note,
        "features": list(NAMES[name]),
        "slope": slope,
        "intercept": intercept,
        "base": float(model._baseline_prediction[0][0]),  # noqa: SLF001  no public way
        "trees": [
            [_node(node) for node in predictor.nodes]
            for (predictor,) in model._predictors  # noqa: SLF001  likewise
        ],
    }
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")


def _node(node: Any) -> list[float]:
    if node["is_leaf"]:
        return [round(float(node["value"]), 5)]
    threshold = round(float(node["num_threshold"]), 5)
    return [int(node["feature_idx"]), threshold, int(node["left"]), int(node["right"])]


def report(
    part: Part, logits: NDArray[Any], rows: NDArray[Any], messages: int, *, fresh: bool = False
) -> str:
    """The curve over some of the real rows: of the whole replay, or of those of fresh starts."""
    rows = rows & ~part.invented & (part.fresh if fresh else ~part.fresh)
    some = part.where(rows)
    slips = len({(a[1], a[2]) for a in some.about if a[4] == "1" and a[5] == "1"})
    return f"{slips} slips with candidates: {curve(some, logits[rows], slips, messages)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("evidence")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        for _ in pool.map(fit, [asked.evidence] * 2, ("domain", "local"), [asked.write] * 2):
            pass


def fit(path: str, name: str, write: bool) -> None:  # noqa: FBT001  called by `map`
    """Report on the models of one kind, and write them."""
    whole = load(path, name)
    whole = whole.where(whole.about[:, 7] == "0")
    if not FRESH[name]:
        whole = whole.where(~whole.fresh)
    test = is_test(whole)
    logits = held_out(whole, name)
    print(
        f"{name}, each sender held out",
        "  all but test: " + report(whole, logits, ~test, ALL_MESSAGES - TEST_MESSAGES),
        "  test: " + report(whole, logits, test, TEST_MESSAGES),
        "  fresh starts: " + report(whole, logits, ~test, FRESH_MESSAGES, fresh=True),
        sep="\n",
        flush=True,
    )
    if not write:
        return
    file = f"model_{name}.json"
    development = whole.where(is_development(whole))
    export(development, name, HELD_OUT / file, "the development part of the labelled mail")
    platt = calibrate(whole, logits)
    export(whole, name, TABLES / file, "the labelled Enron mail to June 2001", platt)
    for k in range(FOLDS):
        note = f"the labelled mail of all but the {k + 1}. fifth of the people"
        target = HELD_OUT / "folds" / f"{k}_{file}"
        export(whole.where(parted(whole, name, k)[1]), name, target, note, platt)


if __name__ == "__main__":
    main()
