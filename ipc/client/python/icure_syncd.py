"""Client of icure-syncd, the daemon that answers for the iCure platform on this machine.

One file, standard library alone, Python 3.9 or later: copy it into your program.

    with Client(client="my-program") as daemon:
        user = daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]

`Client` may be used by many threads, `AsyncClient` by the tasks of one event loop; both have the same
methods. They connect when first needed. A daemon that was there once and is gone is waited for, each
call as long as its timeout allows: what can be asked twice is asked again, and that is a read, or a
write with its `key`. Make a Client after fork(), not before.
"""
from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import json
import math
import random
import re
import threading
import uuid
from typing import Any, AsyncIterator, Awaitable, Dict, Iterator, Optional, Sequence, TypeVar

DEFAULT_SOCKET = "/run/icure-syncd/api.sock"
PROTOCOL = 1

# What a method does is told by its last word. Reads may be repeated, writes are done once a key.
READS = frozenset(("get", "list", "search", "of", "access", "status", "metrics", "show", "plan",
                   "history", "tombstones", "current", "sessions", "verify", "discover"))
WRITES = frozenset(("create", "modify", "disable", "enable", "delete", "token", "cancel", "resend",
                    "check"))

Json = Dict[str, Any]
T = TypeVar("T")


class IcureError(Exception):
    """Why a call has no result. The class says what happened, `hint` what to do next."""

    word = "internal"  # as the daemon spells it in data.code

    def __init_subclass__(cls) -> None:
        cls.word = re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False,
                 retry_after: Optional[float] = None, rpc_code: int = 0) -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message = message
        self.hint = hint
        self.retryable = retryable  # the same call may succeed later, without anybody doing anything
        self.retry_after = retry_after  # seconds, where the daemon knows
        self.rpc_code = rpc_code  # of JSON-RPC; 0: the error arose here
        self.key: Optional[str] = None  # of the write that failed: repeat it with this key


class NotFound(IcureError): """The platform has no such entity that we can see."""
class NotMirrored(IcureError): """That kind is not mirrored here, or not complete yet."""
class Stale(IcureError): """Older than max_age_s."""
class Forbidden(IcureError): """The access rules, or the mode of the socket, do not allow it."""
class Invalid(IcureError): """The request makes no sense."""
class Conflict(IcureError): """Somebody was faster, or the state does not allow it."""
class KeyReused(IcureError): """This key was used for another request."""
class Offline(IcureError): """This needs the platform at once."""
class LoginFailed(IcureError): """Name, password or code is wrong."""
class LoginLocked(IcureError): """Too many wrong guesses."""
class LoginNeeded(IcureError): """This session has ended."""
class OtpNeeded(IcureError): """Ask again with a one-time code."""
class Blocked(IcureError): """The platform refuses this kind of login for it."""
class QueueFull(IcureError): """Too many changes wait already."""
class Held(IcureError): """It waits for somebody's approval."""
class ReadOnly(IcureError): """The disk is full."""
class Unavailable(IcureError): """Try later."""
class Internal(IcureError): """A fault of the daemon's own store; see its log."""
class Unreachable(IcureError): """Nobody listens on the socket. The call was not made."""
class TimedOut(IcureError): """No answer in time. What the call does may still happen."""


class ConnectionLost(IcureError):
    """The connection ended before the answer, and the call must not be repeated unasked: it is not
    a read and has no key. What it does may have happened."""


_BY_WORD = {kind.word: kind for kind in IcureError.__subclasses__()}


def new_key() -> str:
    """A key for one write. Keep it with what you ask for, and a repetition does no harm."""
    return str(uuid.uuid4())


def _error_of(error: Json) -> IcureError:
    data = error.get("data") or {}
    kind = _BY_WORD.get(data.get("code"), Internal)
    if error["code"] != -32000:  # JSON-RPC's own: the call itself was wrong
        kind = Invalid
    wait = data.get("retry_after_ms")
    return kind(error.get("message", "the daemon gives no reason"), hint=data.get("hint", ""),
                retryable=data.get("retryable", False), rpc_code=error["code"],
                retry_after=None if wait is None else wait / 1000)


async def _within(deadline: float, what: Awaitable[T]) -> T:
    left = deadline - asyncio.get_running_loop().time()
    try:
        return await asyncio.wait_for(what, None if left == math.inf else max(left, 0))
    except asyncio.TimeoutError:
        raise TimedOut("the daemon did not answer in time", retryable=True,
                       hint="ask again, or allow more time") from None


async def _pause(attempt: int, deadline: float, at_least: float = 0) -> bool:
    """Waits before another attempt, a random while of up to 2 s; False: there is no time for it."""
    pause = max(at_least, random.uniform(0, min(2.0, 0.05 * 2 ** min(attempt, 6))))
    if asyncio.get_running_loop().time() + pause > deadline:
        return False
    await asyncio.sleep(pause)
    return True


class _Wire:
    """One life of the socket: messages out and in. A loss is an OSError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @staticmethod
    async def open(path: str, hello: Json, longest: int) -> _Wire:
        wire = _Wire(*await asyncio.open_unix_connection(path, limit=longest))
        try:
            await wire.ask("hello", hello)
        except BaseException:
            wire.close()
            raise
        return wire

    def send(self, number: int, method: str, params: Json) -> int:
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        line = json.dumps(request).encode() + b"\n"
        self._writer.write(line)
        return len(line)

    async def receive(self) -> Json:
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the daemon ended the connection")
        message: Json = json.loads(line)
        return message

    async def ask(self, method: str, params: Json) -> Json:
        """For a connection on which nothing else is under way."""
        self.send(0, method, params)
        reply = await self.receive()
        if "error" in reply:
            raise _error_of(reply["error"])
        result: Json = reply["result"]
        return result

    def close(self) -> None:
        self._writer.close()


class _Connection:
    """Many calls under way on one wire; answers find theirs by id."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._numbers = itertools.count(1)
        self._waiting: Dict[int, tuple[asyncio.Future[Json], int]] = {}
        self.open = True
        self._task = asyncio.ensure_future(self._read())

    def send(self, method: str, params: Json) -> asyncio.Future[Json]:
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (answer, self._wire.send(number, method, params))
        return answer

    async def _read(self) -> None:
        try:
            while True:
                self._answered(await self._wire.receive())
        except (OSError, ValueError):
            pass
        finally:
            self.close()

    def _answered(self, reply: Json) -> None:
        number = reply.get("id")
        if number is None:  # a line was too long, which ends the connection: surely the longest
            self.open = False
            number = max(self._waiting, key=lambda n: self._waiting[n][1], default=None)
        answer, _ = self._waiting.pop(number, (None, 0))
        if answer is None or answer.done():  # its caller has given up
            return
        if "error" in reply:
            answer.set_exception(_error_of(reply["error"]))
        else:
            answer.set_result(reply["result"])

    def close(self) -> None:
        self.open = False
        self._wire.close()
        self._task.cancel()
        for answer, _ in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the daemon ended the connection"))
        self._waiting.clear()


class AsyncClient:
    """For asyncio. `client` is your program's name, for the daemon's logs; `actor` the user id of the
    clinician it works for, or `session` one that auth.login gave; `timeout` in seconds, of a call."""

    _LONGEST_ANSWER = 1 << 30
    _LONGEST_EVENT = 1 << 20  # also how far the daemon sends ahead of a slow reader

    def __init__(self, socket: str = DEFAULT_SOCKET, *, client: str = "python",
                 actor: Optional[str] = None, session: Optional[str] = None,
                 timeout: float = 30.0) -> None:
        self._socket = str(socket)
        hello = {"client": client, "protocol": PROTOCOL, "actor": actor, "session": session}
        self._hello: Json = {name: value for name, value in hello.items() if value is not None}
        self._timeout = timeout
        self._connection: Optional[_Connection] = None
        self._connecting: Optional[asyncio.Lock] = None
        self._subscriptions: set[AsyncSubscription] = set()
        self._met = False  # the daemon answered once
        self._closed = False

    async def call(self, method: str, /, *, timeout: Optional[float] = None, **params: Any) -> Json:
        """The result. A write without `key` gets one; `key` of the result, or of the error, is it."""
        verb = method.rpartition(".")[2]
        if verb in WRITES:
            params.setdefault("key", new_key())
        key = params.get("key")
        deadline = self._deadline(timeout)
        try:
            result = await self._ask(method, params, key is not None or verb in READS, deadline)
        except IcureError as error:
            error.key = key
            raise
        if key is not None:
            result["key"] = key
        return result

    async def pages(self, method: str, /, **params: Any) -> AsyncIterator[Json]:
        """Each result of a list, to its end."""
        more = True
        while more:
            page = await self.call(method, **params)
            yield page
            more = "next" in page
            params["cursor"] = page.get("next")

    async def rows(self, method: str, /, **params: Any) -> AsyncIterator[Json]:
        """Each row of a list, to its end."""
        async for page in self.pages(method, **params):
            for row in page["rows"]:
                yield row

    async def subscribe(self, topics: Optional[Sequence[str]] = None,
                        since: Optional[int] = None) -> AsyncSubscription:
        """Events from now on, or those after `since`. They come on a connection of their own, so that
        who handles them slowly delays no call."""
        subscription = AsyncSubscription(self, topics, since)
        await subscription._connect(self._deadline(None))
        self._subscriptions.add(subscription)
        return subscription

    async def close(self) -> None:
        """Ends what is under way, subscriptions too."""
        self._closed = True
        for subscription in list(self._subscriptions):
            await subscription.close()
        if self._connection:
            self._connection.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _deadline(self, timeout: Optional[float]) -> float:
        return asyncio.get_running_loop().time() + (self._timeout if timeout is None else timeout)

    async def _ask(self, method: str, params: Json, repeatable: bool, deadline: float) -> Json:
        for attempt in itertools.count():
            connection = self._connection
            if connection is None or not connection.open:
                connection = await _within(deadline, self._connected(deadline))
            try:
                return await _within(deadline, connection.send(method, params))
            except OSError:
                if not repeatable or self._closed or not await _pause(attempt, deadline):
                    raise ConnectionLost("the connection ended before the answer", hint="look whether "
                                         "it was done before you ask again") from None
        raise AssertionError

    async def _connected(self, deadline: float) -> _Connection:
        if self._connecting is None:
            self._connecting = asyncio.Lock()
        async with self._connecting:
            if self._connection is None or not self._connection.open:
                self._connection = _Connection(await self._open(deadline, self._LONGEST_ANSWER))
            return self._connection

    async def _open(self, deadline: float, longest: int) -> _Wire:
        for attempt in itertools.count():
            if self._closed:
                break
            try:
                wire = await _within(deadline, _Wire.open(self._socket, self._hello, longest))
                self._met = True
                return wire
            except PermissionError as error:
                raise Forbidden(f"{self._socket}: {error.strerror}", hint="join the group that owns "
                                "the socket, or ask an administrator") from None
            except OSError as error:
                if not self._met or not await _pause(attempt, deadline):
                    raise Unreachable(f"{self._socket}: {error.strerror or error}", retryable=True,
                                      hint="is the daemon running (systemctl status icure-syncd), "
                                           "and is this its socket?") from None
            except Unavailable as error:  # too many clients
                if not await _pause(attempt, deadline, error.retry_after or 0):
                    raise
        raise Unreachable("this client was closed")


class AsyncSubscription:
    """The events, one after another. Over a restart of the daemon it goes on after the last one that
    you were given; `seq` is its number, to be kept if your own program is to go on from there. An event
    of topic "gap" says that some are lost: read anew what you need."""

    def __init__(self, client: AsyncClient, topics: Optional[Sequence[str]],
                 since: Optional[int]) -> None:
        self._client = client
        self._since = since
        self._wire: Optional[_Wire] = None
        self._params: Json = {} if topics is None else {"topics": list(topics)}
        self._closed = False

    @property
    def seq(self) -> int:
        return self._since or 0

    def __aiter__(self) -> AsyncSubscription:
        return self

    async def __anext__(self) -> Json:
        while not self._closed:
            try:
                if self._wire is None:
                    await self._connect(math.inf)
                assert self._wire
                event: Json = (await self._wire.receive())["params"]
                self._since = event["seq"]
                return event
            except OSError:
                self._drop()
        raise StopAsyncIteration

    async def _connect(self, deadline: float) -> None:
        for attempt in itertools.count():
            wire = await self._client._open(deadline, self._client._LONGEST_EVENT)
            if self._since is not None:
                self._params["since"] = self._since
            try:
                answer = await _within(deadline, wire.ask("events.subscribe", self._params))
            except BaseException as error:
                wire.close()
                if isinstance(error, OSError) and await _pause(attempt, deadline):
                    continue
                raise
            if self._since is None:
                self._since = answer["seq"]
            self._wire = wire
            return

    def _drop(self) -> None:
        if self._wire:
            self._wire.close()
        self._wire = None

    async def close(self) -> None:
        self._closed = True
        self._client._subscriptions.discard(self)
        self._drop()


class Client:
    """For programs that wait for an answer; parameters as of AsyncClient, which does the work in a
    thread of its own."""

    def __init__(self, socket: str = DEFAULT_SOCKET, *, client: str = "python",
                 actor: Optional[str] = None, session: Optional[str] = None,
                 timeout: float = 30.0) -> None:
        self._async = AsyncClient(socket, client=client, actor=actor, session=session,
                                  timeout=timeout)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._guard = threading.Lock()
        self._closed = False

    def call(self, method: str, /, *, timeout: Optional[float] = None, **params: Any) -> Json:
        """As AsyncClient.call()."""
        return self.start(method, timeout=timeout, **params).result()

    def start(self, method: str, /, *, timeout: Optional[float] = None,
              **params: Any) -> concurrent.futures.Future[Json]:
        """A call that is not waited for: begin many, then ask each for its result()."""
        return self._run(self._async.call(method, timeout=timeout, **params))

    def pages(self, method: str, /, **params: Any) -> Iterator[Json]:
        """Each result of a list, to its end."""
        more = True
        while more:
            page = self.call(method, **params)
            yield page
            more = "next" in page
            params["cursor"] = page.get("next")

    def rows(self, method: str, /, **params: Any) -> Iterator[Json]:
        """Each row of a list, to its end."""
        for page in self.pages(method, **params):
            yield from page["rows"]

    def subscribe(self, topics: Optional[Sequence[str]] = None,
                  since: Optional[int] = None) -> Subscription:
        """As AsyncClient.subscribe()."""
        return Subscription(self, self._run(self._async.subscribe(topics, since)).result())

    def close(self) -> None:
        """Ends what is under way, subscriptions too."""
        with self._guard:
            loop, self._loop, self._closed = self._loop, None, True
        if loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _finish(self) -> None:
        await self._async.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:  # they learn of it now, or after a pause
            await asyncio.wait(others, timeout=3)

    def _run(self, work: Any) -> concurrent.futures.Future[Any]:
        with self._guard:
            if self._closed:
                work.close()
                raise Unreachable("this client was closed")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="icure-syncd",
                                                daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)


class Subscription:
    """As AsyncSubscription, for `for`. close() may be called by another thread."""

    def __init__(self, client: Client, subscription: AsyncSubscription) -> None:
        self._client, self._async = client, subscription

    @property
    def seq(self) -> int:
        return self._async.seq

    def __iter__(self) -> Subscription:
        return self

    def __next__(self) -> Json:
        try:
            event: Json = self._client._run(self._async.__anext__()).result()
            return event
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        if not self._client._closed:
            self._client._run(self._async.close()).result()
