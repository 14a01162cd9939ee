"""What all tests share."""

from custom_components.mybmw.client import snapshot
from custom_components.mybmw.client.attributes import ATTRIBUTES

for _attribute in ATTRIBUTES.values():
    # Made before any test freezes time, since frozen dates are of another type
    snapshot.prepare(_attribute)
