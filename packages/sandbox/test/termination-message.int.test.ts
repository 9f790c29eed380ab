import { expect, test } from "vitest";
import { bind, shell, stateOf, until } from "./kubelet-harness.ts";

async function untilEnded(name: string) {
  await until(async () => expect((await stateOf(name))?.state?.terminated).toBeDefined());
  return (await stateOf(name))!.state!.terminated!;
}

test("what a container leaves in its termination file is in its status, and no more than 4,096 bytes", async () => {
  await bind("brief", [shell("echo found > dev/termination-log")], { restartPolicy: "Never" });
  await bind("long", [shell("head -c 5000 /dev/zero | tr '\\0' x > dev/termination-log")], {
    restartPolicy: "Never",
  });
  await bind("elsewhere", [{ ...shell("echo there > notes"), terminationMessagePath: "/notes" }], {
    restartPolicy: "Never",
  });
  expect(await untilEnded("brief")).toMatchObject({ reason: "Completed", message: "found\n" });
  expect((await untilEnded("long")).message).toHaveLength(4_096);
  expect(await untilEnded("elsewhere")).toMatchObject({ message: "there\n" });
});

test("the end of the log stands in for it when a container fails and asked for that", async () => {
  const fails = shell("echo why >&2; exit 3");
  await bind("asked", [{ ...fails, terminationMessagePolicy: "FallbackToLogsOnError" }], {
    restartPolicy: "Never",
  });
  await bind("silent", [fails], { restartPolicy: "Never" });
  expect(await untilEnded("asked")).toMatchObject({ exitCode: 3, message: "why\n" });
  expect(await untilEnded("silent")).not.toHaveProperty("message");
});

test("the platform's image runs a program of this checkout, with paths in its arguments inside the container", async () => {
  const targets = JSON.stringify([
    { name: "nowhere", kind: "tcp", host: "127.0.0.1", port: 1, expects: "DENIAL" },
  ]);
  const container = {
    image: "registry.example/odoo-saas-kit/server:1",
    command: ["node", "server/src/probe/main.js"],
    args: ["--targets", targets, "--token", "/token", "--result", "/dev/termination-log"],
  };
  await bind("probe", [container], { restartPolicy: "Never" });
  const { exitCode, message } = await untilEnded("probe");
  expect(exitCode).toBe(0);
  const findings = JSON.parse(message ?? "") as object;
  expect(findings).toMatchObject({ hasToken: false, results: [{ name: "nowhere", outcome: "REFUSED" }] });
});
