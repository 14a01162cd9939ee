"""What all tests share."""

from custom_components.mybmw.client import snapshot
from custom_components.mybmw.client.attributes import ATTRIBUTES
from custom_components.mybmw.client.descriptors import DESCRIPTORS

for _attribute in (*ATTRIBUTES.values(), *(item.attribute for item in DESCRIPTORS.values())):
    # Made before any test freezes time, since frozen dates are of another type
    snapshot.prepare(_attribute)
