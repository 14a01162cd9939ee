"""What all tests share."""

from tests.codecs import make_codecs

make_codecs()
