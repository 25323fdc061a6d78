"""Append-only tables: the database itself refuses UPDATE and DELETE on them.

Reinstalled after every migrate, because on SQLite an altered field drops the table's triggers.
"""

from django.apps import apps
from django.db import connections, models

MESSAGE = "this table is append-only"


def append_only_models() -> list[type[models.Model]]:
    """Models that say `append_only = True` of themselves, and their many-to-many tables."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if getattr(model._meta.auto_created or model, "append_only", False)
    ]


def install(using: str = "default") -> None:
    """Put the refusing triggers in place on the tables that exist; safe to repeat."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in append_only_models():
            if model._meta.db_table in existing:
                for statement in _drop(connection.vendor, model) + _create(
                    connection.vendor, model
                ):
                    cursor.execute(statement)


def uninstall(using: str = "default") -> None:
    """Take the triggers off: only for a test database that is about to be flushed."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in append_only_models():
            for statement in _drop(connection.vendor, model):
                cursor.execute(statement)


def _names(model: type[models.Model]) -> tuple[str, str]:
    table = model._meta.db_table
    return table, f"{table}_append_only"


def _drop(vendor: str, model: type[models.Model]) -> list[str]:
    table, name = _names(model)
    if vendor == "postgresql":
        return [f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"']
    return [f'DROP TRIGGER IF EXISTS "{name}_{verb}"' for verb in ("update", "delete")]


def _create(vendor: str, model: type[models.Model]) -> list[str]:
    table, name = _names(model)
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$",
            f'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ]
    return [
        f'CREATE TRIGGER "{name}_{verb}" BEFORE {verb.upper()} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for verb in ("update", "delete")
    ]
