import { createHash } from "node:crypto";
import type { Application, TemplateSpec } from "@odoo-saas/k8s-core";

/** Name of a template database; another image makes another template. */
export function templateNameOf(application: Application, { version, bundle }: TemplateSpec): string {
  const hash = createHash("sha256").update(application.imageOf(version)).digest("hex").slice(0, 8);
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return `template_${plain(application.name)}_${plain(version)}_${plain(bundle)}_${hash}`;
}

/** Every template that a pool holds. */
export const templatesOf = (application: Application): TemplateSpec[] =>
  application.versions.flatMap((version) => application.bundles.map((bundle) => ({ version, bundle })));
