"""Tests of the suite itself: a specification and tests that nothing checks prove nothing."""
