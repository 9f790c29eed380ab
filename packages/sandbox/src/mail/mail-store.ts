import { join } from "node:path";
import type { Email } from "postal-mime";
import { openDatabase } from "../open-database.ts";

export interface MailSummary {
  id: string;
  from: string;
  to: string[];
  subject: string;
  date: string;
}
export interface Mail extends MailSummary {
  html: string;
  text: string;
  /** Every http address in the mail, without repetition. */
  links: string[];
}

function findLinks(html: string, text: string): string[] {
  const fromHtml = [...html.matchAll(/href="(https?:[^"]+)"/g)].map(([, link = ""]) =>
    link.replace(/&(?:amp|#38);/g, "&"),
  );
  const fromText = [...text.matchAll(/https?:[^\s<>"]+/g)].map(([link]) => link);
  return [...new Set([...fromHtml, ...fromText])];
}

/** Caught mails in `<dir>/mail.db`, newest first. */
export function openMailStore(dir: string) {
  const database = openDatabase(join(dir, "mail.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)`);
  const read = (row: Record<string, unknown>): Mail => ({
    ...(JSON.parse(String(row.body)) as Mail),
    id: String(row.id),
  });
  return {
    add: (email: Email, recipients: string[]): void => {
      const html = email.html ?? "";
      const text = email.text ?? "";
      const mail: Omit<Mail, "id"> = {
        from: email.from?.address ?? "",
        to: recipients.map((address) => address.toLowerCase()),
        subject: email.subject ?? "(no subject)",
        date: new Date().toISOString(),
        html,
        text,
        links: findLinks(html, text),
      };
      database.prepare("INSERT INTO mails (body) VALUES (?)").run(JSON.stringify(mail));
    },
    list: (to?: string): MailSummary[] =>
      database
        .prepare("SELECT * FROM mails ORDER BY id DESC")
        .all()
        .map(read)
        .filter((mail) => !to || mail.to.includes(to.toLowerCase()))
        .map(({ html: _html, text: _text, links: _links, ...summary }) => summary),
    find: (id: string): Mail | undefined =>
      database.prepare("SELECT * FROM mails WHERE id = ?").all(id).map(read)[0],
    clear: () => database.exec("DELETE FROM mails"),
    close: () => database.close(),
  };
}

export type MailStore = ReturnType<typeof openMailStore>;
