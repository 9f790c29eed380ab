import type { Page } from "playwright-core";

type SeenWindow = Window & { seenSteps?: string[] };

/** Notes, from now on, every state in which a step of the timeline is shown, as in `DATABASE RUNNING`. */
export async function watchSteps(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    const note = () => {
      for (const item of document.querySelectorAll<HTMLElement>("[data-step]")) {
        seen.add(`${item.dataset.step} ${item.dataset.state}`);
      }
      (window as SeenWindow).seenSteps = [...seen];
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => (window as SeenWindow).seenSteps ?? []);
}
