const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { margin: 0; min-height: 100vh; display: grid; place-items: center }
main { width: min(26rem, 100vw - 4rem); padding: 2rem; border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 1rem; font-size: 1.4rem } label { display: block; margin: .75rem 0 0; font-size: .9rem }
input { box-sizing: border-box; width: 100%; padding: .55rem; font: inherit; border: 1px solid var(--line); border-radius: 6px }
button { width: 100%; margin-top: 1.25rem; padding: .6rem; font: inherit; border: 0; border-radius: 6px; background: #714b67; color: #fff; cursor: pointer }
.note { margin: 1.5rem 0 0; font-size: .85rem; opacity: .75 } .alert { padding: .6rem; border-radius: 6px; background: #b3261e; color: #fff }
dt { font-size: .85rem; opacity: .75 } dd { margin: 0 0 .75rem; overflow-wrap: anywhere }
</style></head><body><main>${body}
<p class="note">This is a stand-in for Odoo: it checks your login against the instance's real database,
and has none of Odoo's applications.</p></main></body></html>`;

/** The form that Odoo has at /web/login, with the same field names. */
export const loginPage = (input: { login?: string; error?: string; redirect?: string }): string =>
  page(
    "Log in | Odoo",
    `<h1>Log in</h1>${input.error ? `<p class="alert alert-danger" role="alert">${escapeHtml(input.error)}</p>` : ""}
<form class="oe_login_form" method="post" action="/web/login">
<label for="login">Email</label><input id="login" name="login" required autocomplete="username" autofocus value="${escapeHtml(input.login ?? "")}">
<label for="password">Password</label><input id="password" name="password" type="password" required autocomplete="current-password">
<input type="hidden" name="redirect" value="${escapeHtml(input.redirect ?? "")}"><button type="submit">Log in</button></form>`,
  );

export const welcomePage = (input: {
  name: string;
  login: string;
  databaseUuid: string;
  baseUrl: string;
}): string =>
  page(
    "Odoo",
    `<h1>Welcome, ${escapeHtml(input.name)}</h1><dl><dt>Signed in as</dt><dd>${escapeHtml(input.login)}</dd>
<dt>Database</dt><dd>${escapeHtml(input.databaseUuid)}</dd><dt>Base URL</dt><dd>${escapeHtml(input.baseUrl)}</dd></dl>
<form method="get" action="/web/session/logout"><button type="submit">Log out</button></form>`,
  );
