"""Run by Alembic: over the connection that the server passes, or over the database that the settings name."""

from alembic import context

from bot.people.tables import Base


def run(connection: object) -> None:
    """Run the migrations."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()


passed = context.config.attributes.get("connection")
if passed is not None:
    run(passed)
else:
    from bot.people import database

    with database.connect(database.people_url()).begin() as opened:
        run(opened)
