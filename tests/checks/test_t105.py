from __future__ import annotations

import pytest

from missent.checks.t105 import WrongOrganisation
from missent.core.facts import Facts
from missent.testing.checks import Story, look, suggested

CHECK = WrongOrganisation()
BOB = "bob@corp.example"
RIGHT, TYPED = "jack.sparks@dynegy.com", "jack.sparks@dynergy.com"


def both_real() -> Story:
    """Mail is exchanged with both domains, but this mailbox is known at one of them."""
    return Story().wrote(RIGHT, times=4).heard(RIGHT).heard("somebody.else@dynergy.com")


def test_the_mailbox_is_known_at_another_real_domain() -> None:
    (finding,) = look(CHECK, TYPED, both_real().facts())
    assert finding.code == "T105"
    assert finding.probability > 0.5
    assert [str(a) for a in finding.did_you_mean] == [RIGHT]
    assert finding.evidence["typed"] == "dynergy.com"
    assert finding.evidence["meant"] == "dynegy.com"


@pytest.mark.parametrize(
    "recipient",
    [
        "jim@dynergy.com",  # another mailbox
        "jack.sparks@dynegy.com",  # the very one
        "jack.sparks@oxford.example",  # never wrote here: T101's
        "jack.sparks@[192.0.2.1]",
    ],
)
def test_silent_where_the_mailbox_is_not_known_elsewhere(recipient: str) -> None:
    assert look(CHECK, recipient, both_real().facts()) == []


def test_silent_for_your_own_domain() -> None:
    facts = Story("dynergy.com").wrote(RIGHT, times=4).facts()
    assert look(CHECK, TYPED, facts) == []


def test_both_mailboxes_are_real() -> None:
    once = look(CHECK, TYPED, both_real().facts())
    used = look(CHECK, TYPED, both_real().wrote(TYPED, times=9).facts())
    assert max((f.probability for f in used), default=0) < once[0].probability


def test_a_private_account_of_somebody_with_a_business_address() -> None:
    facts = Story().wrote("ken.rice@enron.com", times=3).facts()
    (finding,) = look(CHECK, "ken.rice@hotmail.com", facts)
    assert finding.probability == 0.2
    assert [str(a) for a in finding.did_you_mean] == ["ken.rice@enron.com"]
    assert finding.summary == (
        "This sender writes to `ken.rice@enron.com`; `ken.rice@hotmail.com` is an address of a "
        "mail provider that nobody here has written to."
    )
    (louder,) = look(WrongOrganisation(private=0.6), "ken.rice@hotmail.com", facts)
    assert louder.probability == 0.6


@pytest.mark.parametrize(
    ("recipient", "story"),
    [
        ("ken@hotmail.com", Story().wrote("ken@enron.com")),  # anybody is called so
        ("ken.rice@hotmail.com", Story().wrote("ken.rice@enron.com", sender=BOB)),
        ("ken.rice@hotmail.com", Story().wrote("ken.rice@a.com").wrote("ken.rice@b.com")),
        ("ken.rice@hotmail.com", Story().wrote("ken.rice@a.com").wrote("ken.rice@hotmail.com")),
        ("ken.rice@hotmail.com", Story().wrote("ken.rice@gmail.com")),
        ("ken.rice@hotmail.com", Story()),
    ],
)
def test_a_private_account_that_says_nothing(recipient: str, story: Story) -> None:
    assert look(CHECK, recipient, story.facts()) == []


def test_silent_without_history() -> None:
    assert look(CHECK, "ken.rice@hotmail.com", Facts()) == []
    assert suggested(CHECK, "gen@army.mil") == []
