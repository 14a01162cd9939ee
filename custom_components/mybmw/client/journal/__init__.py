"""The journal: trips and charges of a car, made from its readings.

It is pure: observations and a clock go in; records, live values and events come out.
"""
