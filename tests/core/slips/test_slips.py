from __future__ import annotations

import string
from math import inf, isfinite, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import slips
from missent.core.slips import of_domain, several
from missent.core.tables import slip_rates


@pytest.mark.parametrize(
    ("typed", "meant", "kind", "words"),
    [
        ("aple", "apple", "undoubling", "with one `p` of two"),
        ("gmal", "gmail", "omission", "with the `i` left out"),
        ("gmmail", "gmail", "doubling", "with the `m` doubled"),
        ("gmaoil", "gmail", "insertion", "with an extra `o`"),
        ("gnail", "gmail", "substitution", "with `n` for `m`"),
        ("gmial", "gmail", "transposition", "with `ai` typed as `ia`"),
        ("paypa1", "paypal", "look_alike", "with `1` for `l`"),
        ("mrg-11c", "mrg-llc", "look_alike", "with `11` for `ll`"),
        ("1inkwe11", "linkwell", "look_alike", "with `1inkwe11` for `linkwell`"),
        ("usaf", "us.af", "missing_dot", "with a dot left out"),
        ("gma.il", "gmail", "extra_dot", "with an extra dot"),
        ("hewlettpackard", "hewlett-packard", "missing_hyphen", "with the `-` left out"),
        ("john_smith", "john-smith", "separator", "with `_` for `-`"),
        ("gaiml", "gmail", "several", "with `aim` for `mai`"),
    ],
)
def test_characters(typed: str, meant: str, kind: str, words: str) -> None:
    slip = slips.spell(typed, meant)
    assert slip is not None
    assert (slip.kind, slip.words) == (kind, words)
    assert slip.edits == (2 if kind == "several" else 1)


@pytest.mark.parametrize(
    ("typed", "meant", "kind", "words"),
    [
        ("navy.ml", "navy.mil", "suffix_near", "with the `i` left out"),
        ("us.af.ml", "us.af.mil", "suffix_near", "with the `i` left out"),
        ("netzero.com", "netzero.net", "suffix_other", "with `.com` for `.net`"),
        ("mindef.ml", "mindef.nl", "suffix_near", "with `m` for `n`"),
        ("acme.couk", "acme.co.uk", "separator", "with the dots in other places"),
        ("houstonrr.com", "houston.rr.com", "separator", "with the dots in other places"),
        ("nodak.medicine.edu", "medicine.nodak.edu", "labels_swapped",
         "with the labels in another order"),
        ("swpc.com", "swpc.siemens.com", "labels_cut", "with `siemens` left out"),
        ("mail.acme.com", "acme.com", "labels_added", "with an extra `mail`"),
        ("acme.com.com", "acme.com", "labels_added", "with an extra `com`"),
        ("akin.com", "akingump.com", "label_shortened", "with `akin` for `akingump`"),
        ("acmewidgets.com", "acme.com", "label_lengthened", "with `acmewidgets` for `acme`"),
        ("yahoo.co", "yahoo.co.uk", "labels_cut", "with `uk` left out"),
        ("acme.c", "acme.com", "cut_short", "with `om` left out at the end"),
        ("gmial.con", "gmail.com", "suffix_and_more",
         "with `.con` for `.com` and with `ai` typed as `ia`"),
    ],
)  # fmt: skip
def test_domains(typed: str, meant: str, kind: str, words: str) -> None:
    slip = slips.domain(typed, meant)
    assert slip is not None
    assert (slip.kind, slip.words) == (kind, words)


@pytest.mark.parametrize(
    ("typed", "meant", "kind", "words"),
    [
        ("keneth.lay", "kenneth.lay", "undoubling", "with one `n` of two"),
        ("kennethlay", "kenneth.lay", "separator", "with other separators"),
        ("kenneth_lay", "kenneth.lay", "separator", "with `_` for `.`"),
        ("kenneth", "kenneth.lay", "label_shortened", "with `.lay` left out at the end"),
        ("smith", "john.smith", "label_shortened", "with `john.` left out at the start"),
        ("filip", "fylep", "sound", "spelt `filip`"),
        ("novakm", "mnovak", "initial_moved", "with the `m` at the other end"),
        ("brownt", "tbrown", "initial_moved", "with the `t` at the other end"),
    ],
)
def test_local_parts(typed: str, meant: str, kind: str, words: str) -> None:
    slip = slips.local(typed, meant)
    assert slip is not None
    assert (slip.kind, slip.words) == (kind, words)


def test_nothing_explains_the_same_or_something_else() -> None:
    for explain in (slips.spell, slips.misspell, slips.domain, slips.local, slips.once):
        assert explain("army.mil", "army.mil") is None
        assert explain("oxford.example", "bright-water.test") is None


def cost(typed: str, meant: str) -> float:
    slip = slips.spell(typed, meant)
    return inf if slip is None else slip.cost


@pytest.mark.parametrize(
    ("likelier", "less_likely", "meant"),
    [
        ("gnail", "gqail", "gmail"),  # a key beside, a key anywhere
        ("gmeil", "gmkil", "gmail"),  # one vowel for another
        ("paypa1", "paypa7", "paypal"),  # what looks alike
        ("gmal", "gmil.", "gmail"),  # one slip, two slips
        ("gmaill", "gmailq", "gmail"),  # the same key twice
        ("gamil", "gwamil", "gmail"),
    ],
)
def test_what_people_do_more_often_costs_less(likelier: str, less_likely: str, meant: str) -> None:
    assert cost(likelier, meant) <= cost(less_likely, meant)


def test_a_slip_of_the_suffix_is_told_at_any_depth() -> None:
    shallow, deep = slips.domain("army.ml", "army.mil"), slips.domain("a.b.army.ml", "a.b.army.mil")
    assert shallow == deep


def test_the_rates_are_shares() -> None:
    assert all(0 < rate < 1 for rate in slip_rates.rates().values())
    assert 0 < slip_rates.suffix_share("no-such-suffix") < slip_rates.suffix_share("com") < 1


letters = st.sampled_from(string.ascii_lowercase + string.digits + "-_.")
texts = st.text(letters, min_size=1, max_size=20)
labels = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)
suffixes = st.sampled_from(["com", "org", "mil", "ml", "co.uk", "con", "de", "edu"])
domains = st.builds(
    "{}.{}".format, st.lists(labels, min_size=1, max_size=3).map(".".join), suffixes
)


@st.composite
def bent(draw: st.DrawFn, of: st.SearchStrategy[str]) -> tuple[str, str]:
    """A text, and the same with a single edit in it."""
    text = draw(of)
    at = draw(st.integers(0, len(text) - 1))
    letter = draw(letters)
    edits = [
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    ]
    return text, draw(st.sampled_from([edit for edit in edits if edit]))


def assert_sound(slip: slips.Slip | None) -> None:
    if slip is not None:
        assert isfinite(slip.cost)
        assert slip.cost > 0
        assert slip.edits >= 1
        assert slip.words
        assert slip.kind in {*slip_rates.rates(), "several", "suffix_and_more"}


@given(texts, texts)
def test_every_cost_is_that_of_a_probability(typed: str, meant: str) -> None:
    assert_sound(slips.spell(typed, meant))
    assert_sound(slips.local(typed, meant))


@given(domains, domains)
def test_every_cost_of_a_domain_is_that_of_a_probability(typed: str, meant: str) -> None:
    assert_sound(slips.domain(typed, meant))


@given(bent(domains))
def test_one_edit_always_explains_a_domain(pair: tuple[str, str]) -> None:
    meant, typed = pair
    slip = slips.domain(typed, meant)
    assert (slip is None) == (typed == meant)
    assert_sound(slip)


@given(bent(texts) | st.tuples(texts, texts))
def test_once_is_spell_where_one_edit_is_enough(pair: tuple[str, str]) -> None:
    meant, typed = pair
    whole, single = slips.spell(typed, meant), slips.once(typed, meant)
    assert single == (whole if whole is not None and whole.edits == 1 else None)


@given(bent(texts), st.data())
def test_two_slips_cost_more_than_the_cheapest_one(
    pair: tuple[str, str], data: st.DataObject
) -> None:
    meant, once = pair
    _, twice = data.draw(bent(st.just(once)))
    slip = slips.spell(twice, meant)
    if slip is not None and slip.edits > 1:
        assert slip.cost > -log(slip_rates.rates()["omission"])


@given(bent(texts) | st.tuples(texts, texts))
def test_what_is_taken_for_the_sound_is_cheaper_than_by_characters(pair: tuple[str, str]) -> None:
    meant, typed = pair
    chosen, spelt = slips.misspell(typed, meant), slips.spell(typed, meant)
    if spelt is not None:
        assert chosen is not None
        assert chosen.cost <= spelt.cost


def test_a_name_under_another_suffix_does_not_sound_the_same() -> None:
    slip = slips.domain("defensie.ml", "defense.mil")
    assert slip is not None
    assert slip.kind == "suffix_and_more"


related = st.one_of(
    domains,
    st.builds("{}.{}".format, st.lists(st.text("abe-", min_size=1, max_size=4), min_size=1,
                                       max_size=3).map(".".join), suffixes),
)  # fmt: skip


@given(related, related, st.sampled_from([3.0, 10.0, slips.TOO_FAR]))
def test_what_is_refused_at_a_glance_is_what_nothing_explains(
    typed: str, meant: str, limit: float
) -> None:
    at_a_glance = slips.domain(typed, meant, limit)
    of_domain._explained.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_domain, "_are_unlike", lambda *_: False)
        patch.setattr(several, "most", lambda *_: 1000)
        assert slips.domain(typed, meant, limit) == at_a_glance
    of_domain._explained.cache_clear()
