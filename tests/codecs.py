"""What saves and reads values, made while a date still is a date: a frozen clock changes that."""

from custom_components.mybmw.client.core.attributes import ATTRIBUTES
from custom_components.mybmw.client.core.descriptors import DESCRIPTORS, PROPERTIES
from custom_components.mybmw.client.core.snapshot import _decoder, _encoder


def make_codecs() -> None:
    """Make them for every attribute, before anything freezes the clock."""
    tail = (item.attribute for item in (*DESCRIPTORS.values(), *PROPERTIES.values()))
    for attribute in (*ATTRIBUTES.values(), *tail):
        _encoder(attribute)
        _decoder(attribute)
