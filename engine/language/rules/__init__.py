"""The rules of lint, one module per family; `engine.language.catalog` lists them all."""
