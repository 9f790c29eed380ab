import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { makeTestbed } from "./testbed.ts";

export interface RenderedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another shape, and the test says which
  [field: string]: any;
}

export const chart = join(import.meta.dirname, "../../../../deploy/chart");

/** What `helm template` makes of the chart with these values; throws what Helm says. */
export async function renderChart(values: object, namespace: string): Promise<RenderedObject[]> {
  const dir = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const file = join(dir, "values.json");
    await writeFile(file, JSON.stringify(values));
    const text = await makeTestbed().helm("template", "saas", chart, "-n", namespace, "--values", file);
    return parseAllDocuments(text)
      .map((document) => document.toJS() as RenderedObject | null)
      .filter((object) => object !== null);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
