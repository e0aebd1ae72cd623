"""The matcher's doors for notices from IT: every person of the office reads, nobody writes here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import wire
from auth.bulletins import Bulletins, shown
from auth.door import Caller, bearer, guarded, in_thread, json_body
from auth.matcher.matcher import Matcher


class BulletinDoors:
    """Each call names its reader by the access of a sign-in."""

    def __init__(self, matcher: Matcher, bulletins: Bulletins, caller: Caller) -> None:
        self._matcher, self._bulletins, self._caller = matcher, bulletins, caller

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/v1/bulletins", guarded(self.now)),
            Route("/v1/bulletins/read", guarded(self.read), methods=["POST"]),
        )

    async def now(self, request: Request) -> Response:
        device, access = await self._caller(request), bearer(request)

        def look() -> list[dict[str, object]]:
            number = self._matcher.caller(access, device, fresh=False).subject
            return [shown(each) for each in self._bulletins.now(number)]

        return JSONResponse({"bulletins": await in_thread(look)})

    async def read(self, request: Request) -> Response:
        head, device = await json_body(request), await self._caller(request)
        number, read, access = head.get("id"), head.get("read"), bearer(request)
        if type(number) is not int or not 0 < number < 2**53 or not isinstance(read, bool):
            raise wire.malformed()

        def keep() -> None:
            person = self._matcher.caller(access, device, fresh=False).subject
            self._bulletins.read(number, person, read)

        await in_thread(keep)
        return JSONResponse({})
