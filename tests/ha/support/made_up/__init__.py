"""Sources that do not exist: each is one module and one row in the registry, nothing else."""

from typing import Final

from custom_components.mybmw.sources.spec import SourceSpec

ACME: Final = SourceSpec(
    name="acme",
    module=f"{__name__}.acme",
    model="Acme Cars",
    manufacturer="Acme",
    commands=True,
    page="https://acme.example",
)
COURIER: Final = SourceSpec(
    name="courier",
    module=f"{__name__}.courier",
    model="Courier",
    manufacturer="Courier Inc.",
    page="https://courier.example",
)
