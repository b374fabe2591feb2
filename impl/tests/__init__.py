"""White-box tests of the reference pool: a file a module, or a file a question."""
