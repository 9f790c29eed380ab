import { afterAll, beforeAll } from "vitest";
import { makePlatformClient } from "../test/support/platform-client.ts";
import { beginChat, testChat } from "./suites/chat.ts";
import { testDeletion } from "./suites/deletion.ts";
import { testInstances } from "./suites/instances.ts";
import { testIsolation } from "./suites/isolation.ts";
import { testOrphans } from "./suites/orphans.ts";
import { testOutage } from "./suites/outage.ts";
import { testRights } from "./suites/rights.ts";
import { testWorkers } from "./suites/workers.ts";
import { installPlatform } from "./support/installed-platform.ts";
import type { Stage } from "./support/stage.ts";

const stage = {} as Stage;

beforeAll(async () => {
  stage.platform = await installPlatform();
  const { access, sandbox } = stage.platform;
  stage.client = await makePlatformClient(access, sandbox.access.customer);
});

afterAll(async () => {
  await stage.client?.dispose();
  await stage.platform?.dispose();
});

// One platform for all, in this order: installing it takes longer than most suites.
testInstances(stage);
beginChat(stage);
testIsolation(stage);
testWorkers(stage);
testChat(stage);
testOrphans(stage);
testOutage(stage);
testDeletion(stage);
testRights(stage);
