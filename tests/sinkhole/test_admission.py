from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.sinkhole.admission import Admission, AdmissionOptions


def test_an_address_and_its_network_are_bounded() -> None:
    admission = Admission(AdmissionOptions(per_address=2, per_network=3))
    assert [admission.enter("192.0.2.1", 0)[1] for _ in range(3)] == [
        "", "", "too many connections of an address",
    ]  # fmt: skip
    assert admission.enter("192.0.2.9", 0)[1] == "too many connections of a network"
    assert admission.enter("192.0.3.9", 0)[1] == ""


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    admission = Admission(AdmissionOptions(per_address=1))
    assert admission.enter("2001:db8::1", 0)[1] == ""
    assert admission.enter("2001:db8::2", 0)[1] != ""
    assert admission.enter("2001:db8:0:1::1", 0)[1] == ""
    assert admission.enter("::ffff:192.0.2.1", 0)[1] == ""
    assert admission.enter("192.0.2.1", 0)[1] != ""


def test_new_ones_are_bounded_by_the_minute() -> None:
    admission = Admission(AdmissionOptions(per_minute=2))
    seen = []
    for second in (0, 1, 2, 61):
        keys, over = admission.enter("192.0.2.1", second)
        admission.leave(keys)
        seen.append(over)
    assert seen == ["", "", "too many connections in a minute", ""]


@given(st.lists(st.ip_addresses().map(str) | st.sampled_from(["", "fe80::1%eth0"]), max_size=40))
def test_nothing_is_left_when_all_are_gone(peers: list[str]) -> None:
    admission = Admission(AdmissionOptions(per_address=1))
    for keys in [admission.enter(peer, 0)[0] for peer in peers]:
        admission.leave(keys)
    assert admission.open == 0
    assert not admission._here
