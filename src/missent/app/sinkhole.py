"""The sinkhole, made from the settings: what its processes share, and one of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from typing import TYPE_CHECKING

import structlog

from missent.app import domains, working
from missent.app.remember import open_store
from missent.app.values import blame, host_and_port
from missent.core.errors import ConfigError, StoreError
from missent.dns.ares import Ares
from missent.memory.sql.refusals import StoredRefusals
from missent.serving import loop
from missent.serving.listening import shown
from missent.serving.workers import WorkerOptions
from missent.sinkhole.admission import AdmissionOptions
from missent.sinkhole.evidence.hosts import confirmed
from missent.sinkhole.evidence.key import DAY, DayKey
from missent.sinkhole.evidence.lookups import Lookups
from missent.sinkhole.evidence.networks import Networks
from missent.sinkhole.evidence.recorder import Recorder
from missent.sinkhole.evidence.sketch import merge
from missent.sinkhole.evidence.spf import evaluator
from missent.sinkhole.evidence.tally import Asked, Tally
from missent.sinkhole.mapping import Lookalike
from missent.sinkhole.options import Patience, SinkholeOptions
from missent.sinkhole.server import Server, listen_on
from missent.sinkhole.terms import Terms
from missent.sinkhole.tls import Certificate

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from missent.memory.sql.store import SqlStore
    from missent.serving.process import Life
    from missent.settings import Settings
    from missent.settings.sinkhole import SinkholeSection

_log = structlog.get_logger("missent.sinkhole")
_GRACE = 10  # seconds that a process gets beyond what its clients get


@dataclass(frozen=True, slots=True)
class Shared:
    """What is made before the processes fork.

    Attributes:
        sockets: of each process, by its place.
        key: hashes addresses, the same way in all of them.
        certificate: with one key of the session tickets for all.
    """

    sockets: Sequence[Sequence[socket.socket]]
    key: DayKey
    certificate: Certificate | None


def section(settings: Settings) -> SinkholeSection:
    """The section [sinkhole].

    Raises:
        ConfigError: it is missing.
    """
    if settings.sinkhole is None:
        raise ConfigError(
            "the section [sinkhole] is missing; add it, with say\n"
            '[[sinkhole.lookalike]]\ntyped = "*.ml"\nmeant = "*.mil"'
        )
    return settings.sinkhole


def options(settings: Settings) -> SinkholeOptions:
    """The server's options.

    Raises:
        ConfigError: it cannot be run like this; with the key and the mend.
    """
    own = section(settings)
    return SinkholeOptions(
        lookalikes(own),
        Terms(
            own.hostname, own.contact, own.tls_certificate is not None, recipients=own.recipients
        ),
        AdmissionOptions(
            _share(own.connections, own.workers),
            _share(own.per_address, own.workers),
            _share(own.per_network, own.workers),
            _share(own.per_minute, own.workers),
            own.network_v4,
            own.network_v6,
        ),
        Patience(own.idle, own.session),
        tuple(ip_network(text) for text in own.proxies),
        own.tarpit,
    )


def _share(limit: int, workers: int) -> int:
    return -(-limit // workers)


def lookalikes(own: SinkholeSection) -> tuple[Lookalike, ...]:
    """The pairs of names.

    Raises:
        ConfigError: two names do not go together.
    """
    pairs = []
    for number, entry in enumerate(own.lookalike, 1):
        with blame(f"sinkhole.lookalike[{number}]"):
            pairs.append(Lookalike.parse(entry.typed, entry.meant, entry.note))
    return tuple(pairs)


def workers(settings: Settings) -> WorkerOptions:
    """How the processes are kept."""
    return WorkerOptions(section(settings).workers, settings.serve.start, _GRACE)


def share(settings: Settings) -> Shared:
    """Open and make what all processes share.

    Raises:
        ConfigError: an address cannot be had, or the certificate not be used.
    """
    own = section(settings)
    options(settings)
    Networks.read((*own.good_networks, *own.bad_networks))
    certificate = None
    if own.tls_certificate is not None:
        certificate = Certificate(own.tls_certificate, own.tls_key)
    opened = []
    for place in own.listen:
        host, port = host_and_port("sinkhole.listen", place, "0.0.0.0:25")
        opened.append(listen_on(host, port, own.workers))
        _log.info("listening", place=shown(opened[-1][0]))
    return Shared(list(zip(*opened, strict=True)), DayKey(time.time()), certificate)


def work(read: Callable[[], Settings], shared: Shared, life: Life) -> int:
    """Be a worker: read the settings anew, serve, and return the exit code."""
    return working.work(lambda: _serve(read(), shared, life), "missent.sinkhole")


async def _serve(settings: Settings, shared: Shared, life: Life) -> None:
    own = section(settings)
    good, bad = Networks.read(own.good_networks), Networks.read(own.bad_networks)
    async with AsyncExitStack() as stack:
        asked = Asked()
        if own.names or own.spf:
            asker = Ares(domains.options(settings))
            stack.push_async_callback(asker.close)
            asked = Asked(
                Lookups(partial(confirmed, asker) if own.names else None),
                Lookups(evaluator(asker) if own.spf else None),
            )
        stack.push_async_callback(asked.hosts.close)
        stack.push_async_callback(asked.spf.close)
        tally = Tally(shared.key, asked, good, bad)
        refusals = None
        if settings.store.url:
            store = await open_store(settings, make=True)
            stack.push_async_callback(store.close)
            refusals = stored(store)
        elif life.place == 0:
            _log.warning("nothing is kept: store.url is not set")
        recorder = Recorder(tally, refusals, own.flush)
        writing = asyncio.create_task(recorder.run())
        expiring = None
        if refusals is not None and life.place == 0:
            expiring = asyncio.create_task(_expire(refusals, own.retention_days))
        server = Server(options(settings), tally, shared.certificate)
        try:
            # The parent keeps the sockets, so that a successor finds who waits in their queues.
            await server.serve([one.dup() for one in shared.sockets[life.place]])
            await loop.until_told(life)
        finally:
            await server.close()
            recorder.close()
            await writing
            if expiring is not None:
                expiring.cancel()
                await asyncio.gather(expiring, return_exceptions=True)


def stored(store: SqlStore) -> StoredRefusals:
    """The numbers of a store."""
    return StoredRefusals(store, merge)


async def _expire(refusals: StoredRefusals, days: int) -> None:
    while True:
        try:
            gone = await refusals.expire(int(time.time() // DAY) - days)
        except StoreError as error:
            _log.warning("nothing was deleted", reason=str(error))
        else:
            if gone:
                _log.info("deleted", days=days, rows=gone)
        await asyncio.sleep(DAY)
