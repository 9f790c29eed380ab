import { afterAll, beforeAll } from "vitest";
import { makePlatformClient } from "../test/support/platform-client.ts";
import { beginChat, testChat } from "./suites/chat.ts";
import { beginDedicated, testDedicated } from "./suites/dedicated.ts";
import { testDeletion } from "./suites/deletion.ts";
import { testInstances } from "./suites/instances.ts";
import { testIsolation } from "./suites/isolation.ts";
import { testLifecycle } from "./suites/lifecycle.ts";
import { testOrphans } from "./suites/orphans.ts";
import { testOutage } from "./suites/outage.ts";
import { testReport } from "./suites/report.ts";
import { testRights } from "./suites/rights.ts";
import { testSpares } from "./suites/spares.ts";
import { testWorkers } from "./suites/workers.ts";
import { installPlatform } from "./support/installed-platform.ts";
import type { Stage } from "./support/stage.ts";

const stage = { tenants: {} } as Stage;

beforeAll(async () => {
  stage.platform = await installPlatform({ SPARES: "basic=1" });
  const { access, sandbox } = stage.platform;
  stage.client = await makePlatformClient(access, sandbox.access.customer);
  stage.admin = await makePlatformClient(access, sandbox.access.admin);
});

afterAll(async () => {
  await stage.client?.dispose();
  await stage.admin?.dispose();
  await stage.platform?.dispose();
});

// One platform for all, in this order: installing it takes longer than most suites.
testInstances(stage);
beginChat(stage);
beginDedicated(stage);
testIsolation(stage);
testWorkers(stage);
testReport(stage);
testChat(stage);
testDedicated(stage);
testSpares(stage);
testLifecycle(stage);
testOrphans(stage);
testOutage(stage);
testDeletion(stage);
testRights(stage);
