import { createHash } from "node:crypto";
import type { Application, TemplateSpec } from "@odoo-saas/k8s-core";

type Named = Pick<Application, "name" | "imageOf">;

const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");

/** Name of a template database; another image makes another template. */
export function templateNameOf(application: Named, { version, bundle }: TemplateSpec): string {
  const hash = createHash("sha256").update(application.imageOf(version)).digest("hex").slice(0, 8);
  return `template_${plain(application.name)}_${plain(version)}_${plain(bundle)}_${hash}`;
}

/** Every template that a pool holds, in the order of the bundles: the first one comes first. */
export const templatesOf = (application: Pick<Application, "versions" | "bundles">): TemplateSpec[] =>
  application.bundles.flatMap((bundle) => application.versions.map((version) => ({ version, bundle })));
