import { ConfigError, loadConfig } from "./config.ts";
import { messageOf } from "./core/errors.ts";
import { type Log, makeLog } from "./core/log.ts";
import { type RunningReplica, startServer } from "./start-server.ts";

const badConfiguration = 78; // EX_CONFIG of sysexits.h
const shutdownMs = 10_000;

function readConfig() {
  try {
    return loadConfig();
  } catch (error) {
    console.error(messageOf(error));
    process.exit(error instanceof ConfigError ? badConfiguration : 1);
  }
}

function stopOnSignals(replica: RunningReplica, log: Log): void {
  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), shutdownMs).unref();
    replica.dispose().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

const config = readConfig();
const log = makeLog({
  level: config.LOG_LEVEL,
  pretty: config.APP_ENV !== "production" && process.stdout.isTTY,
});
try {
  const replica = await startServer(config, log);
  stopOnSignals(replica, log);
  log.info({ url: config.PUBLIC_URL, port: replica.port, roles: config.ROLES }, "the server listens");
} catch (error) {
  log.fatal({ error: messageOf(error) }, "the server cannot start");
  process.exitCode = 1;
  // What was started keeps the process alive otherwise.
  setTimeout(() => process.exit(1), 1_000).unref();
}
