"""Tasks on the workers of a Dask cluster, who must have the same code and need not share a disk.

A task whose worker is lost goes to another one. Results come back and are the caller's to keep.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sim.core.errors import ConfigError, SimError
from sim.runs.version import code_hash, versions

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 4  # seconds that a cluster has to answer
_UNDER_WAY = 256  # tasks at the cluster at a time
_LONELY = 30  # seconds without a result after which it is asked whether workers are left


def check_address(address: object) -> None:
    """Refuse what is no address of a scheduler.

    Raises:
        ConfigError: If it is none.
    """
    try:
        parts = urlsplit(str(address))
        whole = parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path
    except ValueError:
        whole = False
    if not whole:
        raise ConfigError(f"cluster = {address}: tcp://HOST:PORT is needed, as dask scheduler says")


def check_reached(address: str) -> None:
    """Refuse an address where nothing speaks.

    A scheduler greets whoever connects; for that greeting the library itself would wait for ever.

    Raises:
        ConfigError: If none does.
    """
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname, parts.port), PATIENCE) as connection:
            greeted = bool(connection.recv(1))
    except OSError:
        greeted = False
    if not greeted:
        raise _silent(address)


def computed[T, R](
    address: str, function: Callable[[T], R], tasks: Sequence[T]
) -> Iterator[tuple[T, R]]:
    """Yield each task and its result as they arrive.

    Raises:
        ConfigError: If the cluster does not answer, or a worker has other code.
        SimError: If the cluster was lost, or a task ended several workers.
    """
    check_reached(address)
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ConfigError(
            f"cluster = {address}: this needs the extra 'cluster', the package distributed"
        ) from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, MemoryError):  # a stranger's words can read as a vast length
        raise _silent(address) from None
    with client:
        _check_workers(client, address)
        try:
            yield from _results(client, address, function, tasks)
        except CancelledError:
            raise _lost(address, "no longer answers") from None
        except KilledWorker:
            raise _lost(address, "lost several workers over one task") from None


def _results[T, R](
    client: "Client", address: str, function: Callable[[T], R], tasks: Sequence[T]
) -> Iterator[tuple[T, R]]:
    from distributed import wait

    own, waiting = identity(), iter(tasks)
    sent: dict[Any, T] = {}
    while True:
        for task in islice(waiting, _UNDER_WAY - len(sent)):
            sent[client.submit(_checked, own, function, task, pure=False)] = task
        if not sent:
            return
        try:
            finished = wait(list(sent), _LONELY, "FIRST_COMPLETED").done
        except TimeoutError:
            if not client.scheduler_info()["workers"]:
                raise _lost(address, "has no workers left") from None
            continue
        for future in finished:
            result = future.result()
            yield sent.pop(future), result


def check_alone() -> None:
    """Refuse a worker that runs several tasks in one process: they would share their plug-ins.

    Raises:
        ConfigError: If this worker does.
    """
    from distributed import get_worker

    worker = get_worker()
    if worker.state.nthreads > 1:
        raise ConfigError(
            f"cluster: worker {worker.address} has {worker.state.nthreads} threads, and with "
            "plugins= each is to have one: dask worker ... --nthreads 1"
        )


def identity() -> dict[str, str]:
    """Return what must be the same on all machines for the numbers to be the same."""
    return {"sim/ and configs/": code_hash()[:12], **versions()}


def _checked[T, R](wanted: dict[str, str], function: Callable[[T], R], task: T) -> R:
    """Run a task where the code is the same: a worker may have joined later."""
    differ = _differences(wanted, identity())
    if differ:
        raise ConfigError(f"cluster: a worker that joined has other code: {differ}")
    return function(task)


def _check_workers(client: "Client", address: str) -> None:
    own = identity()
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ConfigError(f"cluster = {address}: the scheduler has no workers") from None
    for worker, found in client.run(identity, on_error="return").items():
        if isinstance(found, Exception):
            raise ConfigError(f"cluster = {address}: worker {worker} lacks this code: {found}")
        differ = _differences(own, found)
        if differ:
            raise ConfigError(f"cluster = {address}: worker {worker} has other code: {differ}")


def _differences(own: dict[str, str], other: dict[str, str]) -> str:
    return "; ".join(
        f"{name} is {own[name]} here, {other.get(name)} there"
        for name in own
        if own[name] != other.get(name)
    )


def _silent(address: str) -> ConfigError:
    return ConfigError(f"cluster = {address}: no Dask scheduler answers there")


def _lost(address: str, what: str) -> SimError:
    return SimError(
        f"cluster = {address}: it {what}. What is finished is kept, and the same command goes on."
    )
