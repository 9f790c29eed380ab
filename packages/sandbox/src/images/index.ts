import type { ImageRunner } from "./image-runner.ts";
import { makeOdooRunner } from "./odoo.ts";
import { platformRunner } from "./platform.ts";
import { makePostgresRunner } from "./postgres.ts";
import { busyboxRunner, httpEchoRunner, sleepRunner } from "./small-images.ts";

export * from "./image-runner.ts";

/** The images that can be run as local processes; `odooBin` is a real local Odoo instead of the stand-in. */
export const makeKnownImages = (options: { odooBin?: string } = {}): ImageRunner[] => [
  makePostgresRunner(),
  makeOdooRunner(options),
  platformRunner,
  sleepRunner,
  busyboxRunner,
  httpEchoRunner,
];
