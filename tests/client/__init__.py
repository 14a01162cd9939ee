"""Tests of the client, without Home Assistant: bytes in, readings and requests out."""
