import { expect, it } from "vitest";
import { sizeOwnServer } from "./own-server.ts";

const gibibyte = 2 ** 30;
const budget = {
  ...{ cpuRequestMillicores: 250, cpuLimitMillicores: 1000, memoryRequestBytes: 1, memoryLimitBytes: 1 },
  ...{ filesBytes: 1, databaseBytes: 50 * gibibyte, workers: 4, connectionLimit: 100 },
};
const tenant = {
  budget,
  expectedDatabaseBytes: null as number | null,
  ownServer: { cpuMillicores: 1000, memoryBytes: 2 * gibibyte },
};

it("gives what the plan says, room for what its database may hold, and connections for the platform", () => {
  expect(sizeOwnServer(tenant, 1)).toEqual({
    cpuMillicores: 1000,
    memoryBytes: 2 * gibibyte,
    storageBytes: 67 * gibibyte,
    maxConnections: 120,
  });
});

it("has room for more than the plan's database where more is expected", () => {
  expect(sizeOwnServer({ ...tenant, expectedDatabaseBytes: 200 * gibibyte }, 1)).toMatchObject({
    storageBytes: 254 * gibibyte,
  });
});

it("shrinks with the factor of a small machine, but not below what PostgreSQL needs", () => {
  expect(sizeOwnServer(tenant, 0.25)).toMatchObject({ cpuMillicores: 250, memoryBytes: gibibyte / 2 });
  expect(sizeOwnServer(tenant, 0.01)).toMatchObject({ cpuMillicores: 100, memoryBytes: gibibyte / 4 });
});
