module odoo-saas-kit/testbed/pause

go 1.24.0
