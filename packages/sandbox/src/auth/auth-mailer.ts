import nodemailer from "nodemailer";
import type { MailKind } from "./auth-store.ts";

export interface AuthMail {
  to: string;
  kind: MailKind;
  link: string;
  /** The six digits that POST /verify takes instead of the link. */
  code: string;
  newEmail?: string | undefined;
}

const texts: Record<MailKind, { subject: string; lead: (mail: AuthMail) => string; button: string }> = {
  signup: {
    subject: "Confirm your e-mail address",
    lead: () => "Welcome! Please confirm this address to finish your registration.",
    button: "Confirm my address",
  },
  recovery: {
    subject: "Reset your password",
    lead: () => "Somebody asked to reset the password of your account. If it was not you, ignore this mail.",
    button: "Choose a new password",
  },
  email_change: {
    subject: "Confirm the change of your e-mail address",
    lead: (mail) =>
      `Please confirm that your account moves to ${mail.newEmail}. Both addresses have to agree.`,
    button: "Confirm the change",
  },
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function buildHtml(mail: AuthMail): string {
  const { subject, lead, button } = texts[mail.kind];
  return `<!doctype html><html lang="en"><body style="margin:0;padding:32px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1f2933">
<div style="max-width:480px;margin:auto;padding:32px;background:#fff;border-radius:12px">
<h1 style="margin:0 0 12px;font-size:20px">${subject}</h1>
<p>${escapeHtml(lead(mail))}</p>
<p style="margin:24px 0"><a href="${escapeHtml(mail.link)}" style="padding:12px 20px;background:#3b5bdb;color:#fff;border-radius:8px;text-decoration:none">${button}</a></p>
<p style="font-size:14px;color:#616e7c">Or enter this code: <strong>${mail.code}</strong>. Both are valid for one hour.</p>
</div></body></html>`;
}

/** Sends the mails of Auth through an SMTP server. */
export function makeAuthMailer(smtp: { host: string; port: number }) {
  const transport = nodemailer.createTransport({ ...smtp, secure: false, ignoreTLS: true });
  return {
    send: async (mail: AuthMail): Promise<void> => {
      const { subject, lead } = texts[mail.kind];
      await transport.sendMail({
        from: "Accounts <no-reply@sandbox.localhost>",
        to: mail.to,
        subject,
        text: `${lead(mail)}\n\n${mail.link}\n\nOr enter this code: ${mail.code}\n`,
        html: buildHtml(mail),
      });
    },
    dispose: () => transport.close(),
  };
}

export type AuthMailer = ReturnType<typeof makeAuthMailer>;
