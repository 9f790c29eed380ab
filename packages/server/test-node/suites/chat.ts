import { expect, test } from "vitest";
import { hearScheduledMessage } from "../support/chat.ts";
import { type Stage, siteOf, slugs } from "../support/stage.ts";

/** Odoo looks for new scheduled actions once a minute: other suites run meanwhile. */
export function beginChat(stage: Stage): void {
  test("scheduled actions that send a message are accepted", async () => {
    const set = slugs.map((slug) => hearScheduledMessage(siteOf(stage, slug), slug));
    stage.heard = Promise.all((await Promise.all(set)).map(({ message }) => message));
    stage.heard.catch(() => undefined); // told where it is awaited
  });
}

export function testChat(stage: Stage): void {
  test("chat and scheduled actions work in all, and none hears another", async () => {
    expect(await stage.heard).toEqual(slugs.map((slug) => ({ slug })));
  });
}
