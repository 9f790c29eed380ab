/**
 * Starts Odoo so that "postgres" means the tenant's own database.
 * Odoo uses `postgres` for LISTEN/NOTIFY of bus and cron and for a check at every start; neighbours would hear each other.
 * With ODOO_SAAS_TEMPLATE set it also moves the attachments into the database, so that a clone needs no files, and gives
 * the administrator a password that nobody knows, for a warm spare runs before it has an owner.
 */
export const startScript = `import os
import sys

import odoo.sql_db as sql_db
from odoo.tools import config


def own_database():
    name = config["db_name"]
    return (name if isinstance(name, str) else name[0] if name else "").split(",")[0]


original = sql_db.connection_info_for


def connection_info_for(db_or_uri, *args, **kwargs):
    target = (own_database() or db_or_uri) if db_or_uri == "postgres" else db_or_uri
    name, info = original(target, *args, **kwargs)
    # db_connect refuses an answer under another name than it asked for.
    return (db_or_uri if name == target else name), info


# The one function that every connection passes through, however db_connect was imported.
sql_db.connection_info_for = connection_info_for


def finish_template():
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(own_database()).cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        env["ir.attachment"].force_storage()
        # Else every clone could be signed in to as admin/admin until it gets its own administrator.
        env.ref("base.user_admin").write({"password": os.urandom(32).hex()})
    sql_db.close_all()


def run():
    import odoo.cli

    try:
        odoo.cli.main()
    except SystemExit as end:
        if end.code or not os.environ.get("ODOO_SAAS_TEMPLATE"):
            raise
    if os.environ.get("ODOO_SAAS_TEMPLATE"):
        finish_template()


if __name__ == "__main__":
    run()
    sys.exit(0)
`;
