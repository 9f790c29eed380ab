import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Access, buildAccess, buildEnvironment, type RunningParts } from "./access.ts";
import { makeAuth } from "./auth/make-auth.ts";
import type { SandboxConfig } from "./config.ts";
import { ensureDemoUsers } from "./demo-users.ts";
import { makeFileLog } from "./file-log.ts";
import { claimInstallation, loadSecrets, writePrivateFile } from "./installation.ts";
import { startKubernetes } from "./kubernetes-stand-in.ts";
import { makeMailCatcher } from "./mail/make-mail-catcher.ts";
import { startPlatformDatabase } from "./platform-database.ts";
import { reservePorts } from "./ports.ts";
import { makeGuardian } from "./processes/index.ts";
import { startServerProcess } from "./server-process.ts";
import { type Keep, makeTeardown } from "./teardown.ts";

/** Waits for all, so that what started is known before a failure of one ends it. */
async function settleAll<T extends unknown[]>(promises: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as T;
}

async function startParts(config: SandboxConfig, keep: Keep): Promise<RunningParts> {
  const { dir, host } = config;
  const log = keep(makeFileLog(join(dir, "sandbox.log")));
  const secrets = await loadSecrets(dir);
  const guardian = keep(await makeGuardian(dir));
  const ports = await reservePorts(config.ports, host);

  const startMailAndAuth = async () => {
    const { smtp: smtpPort, mail: webPort } = ports;
    const mail = keep(await makeMailCatcher({ dir, smtpPort, webPort, host, log }));
    return keep(
      await makeAuth({
        dir,
        port: ports.supabase,
        host,
        siteUrl: `http://localhost:${ports.web}`,
        redirectUrls: [`http://127.0.0.1:${ports.web}/**`],
        smtp: { host, port: mail.smtpPort },
        log,
        mailIntervalMs: config.mailIntervalMs,
      }),
    );
  };
  const [database, auth, kubernetes] = await settleAll([
    startPlatformDatabase({ dir, host, port: ports.database, secrets, guardian }).then(keep),
    startMailAndAuth(),
    startKubernetes({ config, ports, guardian, log, keep }),
  ]);
  return { host, ports, auth, database, secrets, guardian, log, kubeconfig: kubernetes.kubeconfig };
}

function startServer(parts: RunningParts, command: string, keep: Keep) {
  const { guardian, log } = parts;
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("SANDBOX_"));
  const env = { ...(Object.fromEntries(own) as Record<string, string>), ...buildEnvironment(parts) };
  const readyUrl = `http://${parts.host}:${parts.ports.web}/readyz`;
  return keep(startServerProcess({ command, env, readyUrl, guardian, log }));
}

export interface Sandbox {
  access: Access;
  dispose(): Promise<void>;
}

/** Starts everything, ends what had started when one part fails, and writes access.json when ready. */
export async function makeSandbox(config: SandboxConfig, signal?: AbortSignal): Promise<Sandbox> {
  const { keep, dispose } = makeTeardown();
  const accessFile = join(config.dir, "access.json");
  try {
    keep({ dispose: await claimInstallation(config.dir, config.isReset) });
    await rm(accessFile, { force: true });
    const parts = await startParts(config, keep);
    const users = await ensureDemoUsers(parts.auth, parts.secrets);
    signal?.throwIfAborted();
    if (config.runCommand !== undefined) await startServer(parts, config.runCommand, keep).ready(signal);
    const access = buildAccess(parts, users);
    await writePrivateFile(join(config.dir, "environment.json"), buildEnvironment(parts));
    await writePrivateFile(accessFile, access);
    keep({ dispose: () => rm(accessFile, { force: true }) });
    return { access, dispose };
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
}
