import { adminLogin } from "../../test/support/tenant-journeys.ts";
import { signInToOdoo } from "./odoo-browser.ts";

/**
 * Lets a scheduled action send a message on the bus and listens for it as a page does: scheduled actions run, the
 * WebSocket opens (101), and the notification passes through the database.
 */
export async function hearScheduledMessage(
  site: { port: number; host: string },
  slug: string,
): Promise<{ message: Promise<unknown> }> {
  const browser = await signInToOdoo(site, adminLogin);
  const message = browser.waitForMessage("probe", 150_000);
  message.catch(() => undefined); // told where it is awaited
  const partners = { args: [[["model", "=", "res.partner"]]] };
  const [model] = await browser.call<number[]>("ir.model", "search", partners);
  const code = `env["bus.bus"]._sendone(env.user.partner_id, "probe", {"slug": "${slug}"})`;
  const job = {
    name: "probe",
    model_id: model,
    state: "code",
    code,
    interval_number: 1,
    interval_type: "days",
  };
  await browser.call("ir.cron", "create", { args: [[job]] });
  return { message };
}
