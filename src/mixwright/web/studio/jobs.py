"""Jobs in processes of their own: as many at once as there are cores, the others wait; each can be watched, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from ..guard import RefusedError
from .metrics import Counters

__all__ = ["Job", "JobLimits", "Jobs"]

LONGEST_LINE = 64 * 1024 * 1024
KEEP_ALIVE_S = 15.0
MOST_WAITING = 50
FINISHED_KEPT = 200


@dataclass(frozen=True)
class JobLimits:
    """What one job may take: address space, CPU time of all its threads, and time by the clock."""

    memory_bytes: int = 8 * 1024**3
    cpu_s: int = 3600
    wall_s: float = 3600.0


@dataclass(eq=False)
class Job:
    """One job: `state` is waiting, running, done, failed or cancelled; `result` what its end gives."""

    identity: str
    request: dict[str, Any]
    finish: Callable[[dict[str, Any]], dict[str, Any]]
    clear: Callable[[], None]
    state: str = "waiting"
    stage: str = "waiting"
    done: float | None = None
    result: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    task: asyncio.Task[None] | None = None
    began: float | None = None

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def tell(self, **what: Any) -> None:
        """Change something, and wake who watches."""
        for name, value in what.items():
            setattr(self, name, value)
        self.changed.set()
        self.changed = asyncio.Event()


class Jobs:
    """The jobs of a server; lives in its event loop."""

    def __init__(self, limits: JobLimits, at_once: int | None = None, counters: Counters | None = None) -> None:
        self._limits, self._counters = limits, counters or Counters()
        self._room = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._jobs: dict[str, Job] = {}

    def start(
        self, request: dict[str, Any], finish: Callable[[dict[str, Any]], dict[str, Any]], clear: Callable[[], None]
    ) -> Job:
        """A new job. `finish` makes the result out of the process's facts; `clear` removes what a failure leaves."""
        if sum(job.state == "waiting" for job in self._jobs.values()) >= MOST_WAITING:
            raise RefusedError(503, f"{MOST_WAITING} jobs are waiting already; try again later")
        over = [name for name, job in self._jobs.items() if job.over]
        for name in over[: max(0, len(over) - FINISHED_KEPT)]:
            del self._jobs[name]
        job = Job(secrets.token_urlsafe(16), request, finish, clear)
        self._jobs[job.identity] = job
        self._counters.started(request["what"])
        job.task = asyncio.get_running_loop().create_task(self._run(job))
        return job

    def find(self, identity: str) -> Job:
        """The job of that name."""
        if identity not in self._jobs:
            raise RefusedError(404, "there is no such job any more")
        return self._jobs[identity]

    def cancel(self, identity: str) -> None:
        """Stop a job; nothing is left of it."""
        job = self.find(identity)
        if not job.over:
            self._end(job, "cancelled", {"error": "cancelled"})
            if job.process is None and job.task is not None:
                job.task.cancel()

    async def stop(self) -> None:
        """Stop all of them."""
        for job in list(self._jobs.values()):
            self.cancel(job.identity)
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def events(self, job: Job) -> AsyncIterator[str]:
        """Server-sent events: where the job is now, every change, and its end."""
        while True:
            changed = job.changed
            if job.over:
                yield _event("done" if job.state == "done" else "failed", job.result)
                return
            yield _event("progress", {"stage": job.stage, "done": job.done})
            try:
                await asyncio.wait_for(changed.wait(), KEEP_ALIVE_S)
            except TimeoutError:
                yield ": still here\n\n"

    async def _run(self, job: Job) -> None:
        try:
            async with self._room:
                if not job.over:
                    job.began = time.monotonic()
                    job.tell(state="running", stage="starting")
                    async with asyncio.timeout(self._limits.wall_s):
                        await self._process(job)
        except TimeoutError:
            self._end(job, "failed", {"error": f"the job took longer than {self._limits.wall_s:g} s"})
        except asyncio.CancelledError:
            self._end(job, "cancelled", {"error": "cancelled"})
        except Exception:
            self._end(job, "failed", {"error": "the server made a mistake; its log says which"})
            raise
        finally:
            await _killed(job.process)
            if job.state != "done":
                await asyncio.to_thread(job.clear)

    async def _process(self, job: Job) -> None:
        job.process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mixwright.web.studio.work", stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=LONGEST_LINE, start_new_session=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        complaints = asyncio.create_task(process.stderr.read())
        limits = {"memory_bytes": self._limits.memory_bytes, "cpu_s": self._limits.cpu_s}
        process.stdin.write(json.dumps({**job.request, **limits}).encode() + b"\n")
        facts: dict[str, Any] | None = None
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        async for line in process.stdout:
            message = json.loads(line)
            if "stage" in message and not job.over:
                job.tell(stage=message["stage"], done=message["done"])
            elif "error" in message:
                self._end(job, "failed", {"error": message["error"]})
            elif "facts" in message:
                facts = message["facts"]
        code = await process.wait()
        if job.over:
            complaints.cancel()
            return
        said = (await complaints).decode(errors="replace").strip().splitlines()
        if code == 0 and facts is not None:
            result = await asyncio.to_thread(job.finish, facts)
            self._tell_end(job, state="done", stage="done", done=1.0, result=result)
            return
        if said:
            print("\n".join(said), file=sys.stderr)
        self._end(job, "failed", {"error": _why(code, said)})

    def _end(self, job: Job, state: str, result: dict[str, Any]) -> None:
        if not job.over:
            self._tell_end(job, state=state, stage=state, result=result)
            if job.process is not None and job.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    job.process.kill()

    def _tell_end(self, job: Job, state: str, **what: Any) -> None:
        """Counted before anybody hears of it, and once."""
        if not job.over:
            seconds = None if job.began is None else time.monotonic() - job.began
            self._counters.ended(job.request["what"], state, seconds)
        job.tell(state=state, **what)


async def _killed(process: asyncio.subprocess.Process | None) -> None:
    if process is not None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


def _why(code: int, said: list[str]) -> str:
    if any("MemoryError" in line or "std::bad_alloc" in line or "Unable to allocate" in line for line in said[-5:]):
        return "this needs more memory than a job may have"
    if code == -24:  # SIGXCPU
        return "this needs more computing time than a job may have"
    if code < 0:
        return f"the process that mixed was stopped from outside (signal {-code})"
    return "the process that mixed made a mistake; the server's log says which"


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
