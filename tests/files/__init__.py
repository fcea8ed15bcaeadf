"""Tests of file resources."""
