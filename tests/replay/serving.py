"""Make a simulated service available by host names or on a port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
import httpx
import respx

type Handle = Callable[[httpx.Request], httpx.Response]


def router_of(
    handle: Handle, hosts: frozenset[str], *, pass_through: bool = False
) -> respx.MockRouter:
    """Return a router for these hosts; other requests fail or pass through."""
    router = respx.MockRouter(assert_all_called=False)
    router.route(host__in=tuple(sorted(hosts))).mock(side_effect=handle)
    if pass_through:
        router.route().pass_through()
    return router


@asynccontextmanager
async def serving(handle: Handle, host: str, port: int) -> AsyncIterator[str]:
    """Serve over HTTP and yield the base URL; port 0 takes a free one."""

    async def answer(request: web.Request) -> web.StreamResponse:
        content = await request.read()
        headers = list(request.headers.items())
        inbound = httpx.Request(request.method, str(request.url), headers=headers, content=content)
        try:
            response = handle(inbound)
        except httpx.TransportError:
            if request.transport:
                request.transport.abort()
            raise web.HTTPServiceUnavailable from None
        return web.Response(
            status=response.status_code,
            headers=response.headers.multi_items(),
            body=response.content,
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
