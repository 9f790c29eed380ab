// The platform's image with this command is the pod of an isolation probe: it tries, writes what it found, and ends.
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type ProbeArguments, readArguments } from "./arguments.ts";
import type { ProbeFindings } from "./protocol.ts";
import { tryTarget } from "./try-target.ts";

async function probe({ targets, settleMs, tokenPath, resultPath }: ProbeArguments): Promise<void> {
  const results = await Promise.all(targets.map((target) => tryTarget(target, { settleMs })));
  const findings: ProbeFindings = { hasToken: existsSync(tokenPath), results };
  writeFileSync(resultPath, JSON.stringify(findings));
}

function listen({ host, port }: { host: string; port: number }): void {
  const server = createServer((_request, response) => response.end("here\n"));
  server.listen(port, host);
  process.once("SIGTERM", () => process.exit(0));
}

const given = readArguments(process.argv.slice(2));
if (given.listen) listen(given.listen);
else await probe(given);
