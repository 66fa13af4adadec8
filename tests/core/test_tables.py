"""What the tables say, by facts that everybody can check, and that their readers agree."""

# ruff: noqa: RUF001  characters that look alike are what is tested
from __future__ import annotations

import math
import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.tables import confusables, keyboards, protected, providers, rows, suffix_slips

FOLDER = files("missent.core.tables")
DATA = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".txt"))
LISTS = ["mil.txt", "existing.txt", "universities.txt"]


@pytest.mark.parametrize("name", DATA)
def test_every_file_says_where_it_comes_from(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert text.startswith("# ")
    assert text.endswith("\n")
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert f"`{name}`" in readme


def test_a_missing_file_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        rows("nothing.txt")


@pytest.mark.parametrize("name", LISTS)
def test_listed_names_are_normalised_and_sorted(name: str) -> None:
    names = rows(name)
    assert names == sorted(set(names))
    assert all(Domain.parse(listed).name == listed for listed in names)


class TestProviders:
    def test_every_name_is_a_registrable_or_lower_one_once(self) -> None:
        names = [name for row in rows("providers.txt") for name in row.split()[1:]]
        assert len(names) == len(set(names)) == len(providers.popular())
        assert all(Domain.parse(name).name == name for name in names)
        assert all(suffixes.split(name).label for name in names)

    def test_weights_are_in_order(self) -> None:
        popular = providers.popular()
        assert (
            popular["gmail.com"] > popular["yahoo.com"] > popular["gmx.de"] > popular["pm.me"] > 0
        )

    @pytest.mark.parametrize(
        "name",
        [
            "hey.com",
            "pm.me",
            "mailo.com",
            "ymail.com",
            "email.com",
            "aon.com",
            "orange.ml",
            "gmx.at",
            "mail.gmail.com",
            "yopmail.com",
            "google.com",
        ],
    )
    def test_real_domains_are_known(self, name: str) -> None:
        assert providers.is_known(name)

    @pytest.mark.parametrize(
        "name",
        [
            "gmial.com",
            "gmai.com",
            "gmal.com",
            "hotmial.com",
            "hotmai.com",
            "hotmail.con",
            "hotmail.co",
            "yaho.com",
            "yaoo.com",
            "outlook.cm",
            "gmail.co",
            "army.ml",
        ],
    )
    def test_typosquats_are_not(self, name: str) -> None:
        assert not providers.is_known(name)

    def test_no_list_has_a_name_that_cannot_be_registered(self) -> None:
        for name in providers.existing() | providers.established():
            assert suffixes.split(name).label, name


class TestProtected:
    @pytest.mark.parametrize(
        ("name", "zone", "kind"),
        [
            ("us.af.mil", "af.mil", "military"),
            ("nowhere.mil", "mil", "military"),
            ("mil", "mil", "military"),
            ("state.gov", "gov", "government"),
            ("hmrc.gov.uk", "gov.uk", "government"),
            ("army.mod.uk", "army.mod.uk", "military"),
            ("x.gouv.ml", "gouv.ml", "government"),
            ("mindef.nl", "mindef.nl", "military"),
            ("ec.europa.eu", "europa.eu", "international"),
            ("technion.ac.il", "ac.il", "university"),
            ("forces.gc.ca", "forces.gc.ca", "military"),
            ("x.gc.ca", "gc.ca", "government"),
        ],
    )
    def test_the_innermost_zone(self, name: str, zone: str, kind: str) -> None:
        found = protected.zone_of(name)
        assert found is not None
        assert (found.name, found.kind) == (zone, kind)

    @pytest.mark.parametrize("name", ["army.ml", "notgov.uk", "xaf.example", "go.it", "ac.se", ""])
    def test_no_zone(self, name: str) -> None:
        assert protected.zone_of(name) is None

    def test_owners_have_names(self) -> None:
        assert protected.owner("army.mil") == "the US Army"
        assert protected.owner("mindef.nl") == "the Dutch Ministry of Defence"
        assert protected.owner("nowhere.mil") is None
        assert protected.owner("gov.uk") is None  # many register below it
        assert protected.label("nowhere.mil") == "the US military"
        assert protected.label("ethz.ch") == "a university"
        assert protected.label("army.ml") == ""

    def test_listed_names_and_all_below_them_are_known(self) -> None:
        for name in ("us.af.mil", "state.gov", "mail.state.gov", "ethz.ch", "technion.ac.il"):
            assert protected.is_known(name)
        for name in ("nowhere.mil", "army.ml", "no-such-county.gov", "8k.com"):
            assert not protected.is_known(name)

    def test_a_host_whose_domain_others_share_stands_for_itself_only(self) -> None:
        assert protected.is_known("fbcusl.8k.com")
        assert not protected.is_known("other.8k.com")

    def test_every_zone_is_well_formed(self) -> None:
        for name, zone in protected.zones().items():
            assert Domain.parse(name).name == zone.name == name
            assert zone.label
            assert zone.kind in {"military", "government", "university", "international"}


class TestSuffixSlips:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [("ml", ("mil", "nl")), ("con", ("com",)), ("couk", ("co.uk",)), ("gv", ("gov",))],
    )
    def test_what_is_meant(self, typed: str, meant: tuple[str, ...]) -> None:
        assert suffix_slips.meant(typed) == meant

    def test_nothing_is_meant_by_a_right_one(self) -> None:
        assert suffix_slips.meant("com") == ()
        assert suffix_slips.meant("zzz") == ()

    def test_every_meant_suffix_exists_and_none_means_itself(self) -> None:
        for typed, meant in suffix_slips.table().items():
            assert all(suffix_slips.exists(suffix) for suffix in meant)
            assert typed not in meant
            assert all(typed in suffix_slips.typed_for(suffix) for suffix in meant)

    @pytest.mark.parametrize(("suffix", "exists"), [("ml", True), ("co.uk", True), ("con", False)])
    def test_which_exist(self, suffix: str, exists: bool) -> None:  # noqa: FBT001  a column
        assert suffix_slips.exists(suffix) is exists


class TestKeyboards:
    @pytest.mark.parametrize("pair", ["qw", "gh", "nm", "ol", "as", "sz", "1q", "0-", ".l", "l."])
    def test_keys_that_touch(self, pair: str) -> None:
        assert keyboards.near(pair[0], pair[1])

    @pytest.mark.parametrize("pair", ["qp", "al", "zm", "19", "aa", "xé"])
    def test_keys_that_do_not(self, pair: str) -> None:
        assert not keyboards.near(pair[0], pair[1])

    def test_each_layout_has_its_own_neighbours(self) -> None:
        assert keyboards.near("a", "z")  # QWERTY below, AZERTY beside
        assert keyboards.near("z", "t")  # QWERTZ
        assert keyboards.near("l", "m")  # AZERTY

    def test_no_character_is_near_none(self) -> None:
        assert not keyboards.near("", "a")
        assert keyboards.distance("a", "") == math.inf

    @given(st.characters(codec="ascii"), st.characters(codec="ascii"))
    def test_distance_is_the_same_both_ways(self, a: str, b: str) -> None:
        assert keyboards.distance(a, b) == keyboards.distance(b, a) >= 0


class TestConfusables:
    @pytest.mark.parametrize(
        ("a", "b"),
        [
            ("paypa1", "paypal"),
            ("paypai", "paypal"),
            ("rnicrosoft", "microsoft"),
            ("g00gle", "google"),
            ("vvestern", "western"),
            ("clean", "dean"),
            ("раура1", "paypal"),  # Cyrillic
            ("ｐａｙｐａｌ", "paypal"),
            ("𝐩𝐚𝐲𝐩𝐚𝐥", "PAYPAL"),
            ("ҽxample", "ҽxample"),
        ],
    )
    def test_what_looks_alike_has_one_skeleton(self, a: str, b: str) -> None:
        assert confusables.skeleton(a) == confusables.skeleton(b)

    @pytest.mark.parametrize(("a", "b"), [("army", "navy"), ("münchen", "munchen"), ("cia", "da")])
    def test_what_does_not_has_not(self, a: str, b: str) -> None:
        assert confusables.skeleton(a) != confusables.skeleton(b)

    @pytest.mark.parametrize(
        ("text", "twin"),
        [("аrmy", "army"), ("gmaíl", "gmail"), ("пример", ""), ("army", ""), ("ｇmail", "gmail")],
    )
    def test_the_ascii_twin(self, text: str, twin: str) -> None:
        assert confusables.twin(text) == twin

    def test_swaps_one_kind_at_a_time_in_one_place_or_all(self) -> None:
        others = {other for other, _, _ in confusables.swapped("g00gle")}
        assert {"google", "go0gle", "g0ogle", "g00g1e", "g00gie"} <= others
        assert ("arny", "army") not in {(o, "army") for o, _, _ in confusables.swapped("arrny")}
        assert ("army", "rn", "m") in set(confusables.swapped("arrny"))
        assert list(confusables.swapped("xyz")) == []

    @pytest.mark.parametrize(
        ("text", "scripts"),
        [
            ("army", {"Latin"}),
            ("123-4", set()),
            ("аrmy", {"Latin", "Cyrillic"}),
            ("日本ご", {"Han", "Hiragana"}),
            ("", set()),
        ],
    )
    def test_scripts(self, text: str, scripts: set[str]) -> None:
        assert confusables.scripts(text) == scripts

    @pytest.mark.parametrize(
        ("label", "mixed", "deceptive"),
        [
            ("аrmy", True, True),
            ("münchen", False, False),
            ("пример", False, False),
            ("日本ごカタabc", False, False),
            ("한국abc", False, False),
            ("カタ한국", True, False),
            ("גabc", True, False),
        ],
    )
    def test_mixtures_that_nobody_writes(
        self,
        label: str,
        mixed: bool,  # noqa: FBT001  a column
        deceptive: bool,  # noqa: FBT001  a column
    ) -> None:
        assert confusables.is_mixed(label) is mixed
        assert confusables.is_deceptive(label) is deceptive

    @pytest.mark.parametrize(
        ("text", "hidden"),
        [
            ("jo\u200bhn", ("\u200b",)),
            ("jo\u00adh\u202en", ("\u00ad", "\u202e")),
            ("jo\u200dhn", ("\u200d",)),
            ("\u200cکتاب", ("\u200c",)),
            ("کتاب\u200cخانه", ()),  # a joiner that Persian needs
            ("john", ()),
            ("jürgen", ()),
        ],
    )
    def test_hidden_characters(self, text: str, hidden: tuple[str, ...]) -> None:
        assert confusables.hidden(text) == hidden

    @given(st.text(max_size=30))
    def test_a_skeleton_ignores_how_a_text_is_composed(self, text: str) -> None:
        composed, spread = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
        assert confusables.skeleton(composed) == confusables.skeleton(spread)

    @given(st.text(alphabet="abcdeimnorvwl01-", max_size=12))
    def test_swapping_keeps_the_skeleton_unless_it_makes_another_likeness(self, label: str) -> None:
        for other, typed, meant in confusables.swapped(label):
            assert other != label
            assert confusables.skeleton(typed) == confusables.skeleton(meant)


def test_the_renowned_are_listed_and_long_enough_to_be_told_apart() -> None:
    assert protected.renowned() <= protected.known()
    assert min(len(name.partition(".")[0]) for name in protected.renowned()) >= 6
