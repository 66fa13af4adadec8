"""A property that is computed when it is first asked for, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class computed(Generic[T]):  # noqa: N801  it is used like `property`
    """As `functools.cached_property`, without the lock that that one takes before Python 3.12.

    The lock costs a microsecond, which is what most of the values here take to compute.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        """Decorate a method without arguments; the instance needs a `__dict__`."""
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        value: T = self._compute(instance)
        instance.__dict__[self._name] = value  # where it is found from now on
        return value
