import { loadConfig } from "../../src/config.ts";
import { makeLog } from "../../src/core/log.ts";
import { startServer } from "../../src/start-server.ts";
import { secondApplication } from "./second-application.ts";

// The platform as it is, but for the application that it hosts.
const config = loadConfig();
const replica = await startServer(config, makeLog({ level: config.LOG_LEVEL }), secondApplication);
process.once("SIGTERM", () => void replica.dispose().then(() => process.exit(0)));
