"""`/faults` and `/log`: making calls fail and counting what was done, as JSON."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.faults import Fault, FaultKind
from integrations.sandbox.world import World


async def add_fault(world: World, *, fault: Fault) -> Fault:
    """Put a fault in force; a socket disconnect happens at once and leaves nothing behind."""
    if fault.kind is FaultKind.SOCKET_DISCONNECT:
        await world.slack.sockets.refresh()
        return fault
    return world.faults.add(fault)


def control_routes(world: World) -> list[Route]:
    """Return the routes of the control API."""

    async def listed(request: Request) -> Response:
        del request
        return JSONResponse({"faults": [f.model_dump(mode="json") for f in world.faults.listed()]})

    async def added(request: Request) -> Response:
        try:
            fault = Fault.model_validate_json(await request.body())
        except ValidationError as invalid:
            return JSONResponse({"error": str(invalid)}, status_code=400)
        in_force = await add_fault(world, fault=fault)
        return JSONResponse(in_force.model_dump(mode="json"), status_code=201)

    async def cleared(request: Request) -> Response:
        fault_id = request.path_params.get("fault")
        return JSONResponse({"cleared": world.faults.clear(fault_id)})

    async def logged(request: Request) -> Response:
        name = request.query_params.get("name")
        entries = [e.as_json() for e in world.log.entries if name in (None, e.name)]
        return JSONResponse({"entries": entries})

    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/faults", listed),
        ("POST", "/faults", added),
        ("DELETE", "/faults", cleared),
        ("DELETE", "/faults/{fault:int}", cleared),
        ("GET", "/log", logged),
    ]
    return [Route(path, handler, methods=[verb]) for verb, path, handler in table]
