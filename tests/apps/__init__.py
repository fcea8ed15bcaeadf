"""Tests of web apps."""
