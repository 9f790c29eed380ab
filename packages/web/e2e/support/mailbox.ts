import { expect } from "vitest";

/** Waits for the n-th mail to `address`, counted from 1, and gives its first link. */
export async function waitForMailLink(mailUrl: string, address: string, n = 1): Promise<string> {
  const read = async (path: string) => (await fetch(`${mailUrl}${path}`)).json();
  const find = async (): Promise<string | undefined> => {
    const { messages } = (await read(`/api/messages?to=${encodeURIComponent(address)}`)) as {
      messages: { id: string }[];
    };
    const found = messages.at(-n); // the list begins with the newest
    if (found === undefined) return undefined;
    return ((await read(`/api/messages/${found.id}`)) as { links: string[] }).links[0];
  };
  await expect.poll(find, { timeout: 10_000, message: `a mail to ${address}` }).toBeDefined();
  return (await find()) ?? "";
}
