import { expect, test } from "vitest";
import {
  askKubelet,
  bind,
  client,
  eventReasons,
  isReady,
  kubelet,
  pods,
  read,
  shell,
  startKubelet,
  stateOf,
  until,
  untilGone,
  untilPhase,
  untilReady,
} from "./kubelet-harness.ts";

test("a container that crashes is restarted at once, then after a while, and its last words can be read", async () => {
  await bind("crashing", [shell("echo run $HOSTNAME; exit 3")]);
  await until(async () =>
    expect((await stateOf("crashing"))?.state?.waiting?.reason).toBe("CrashLoopBackOff"),
  );
  const status = await stateOf("crashing");
  expect(status).toMatchObject({
    restartCount: 1,
    ready: false,
    lastState: { terminated: { exitCode: 3, reason: "Error" } },
  });
  expect(status?.state?.waiting?.message).toMatch(
    /^back-off 10s restarting failed container=c0 pod=crashing_shop\(/,
  );
  expect(await askKubelet("/containerLogs/shop/crashing/c0?previous=true")).toBe("run crashing\n");
  expect((await read("crashing")).status?.phase).toBe("Running");
});

test("a pod that is never restarted fails, and an unknown image is refused in words", async () => {
  await bind("once", [shell("exit 1")], { restartPolicy: "Never" });
  await untilPhase("once", "Failed");
  await bind("unknown", [{ image: "example.com/mystery:1" }]);
  await until(async () => expect((await stateOf("unknown"))?.state?.waiting?.reason).toBe("ErrImagePull"));
  expect((await stateOf("unknown"))?.state?.waiting?.message).toContain("known images");
  await client.request("DELETE", `${pods}/unknown`);
  await untilGone("unknown");
});

test("a failing liveness probe restarts the container, a failing readiness probe only hides it", async () => {
  const alive = {
    exec: { command: ["test", "!", "-e", "/state/dead"] },
    periodSeconds: 1,
    failureThreshold: 1,
  };
  const ready = {
    exec: { command: ["test", "!", "-e", "/state/busy"] },
    periodSeconds: 1,
    failureThreshold: 1,
  };
  const more = {
    livenessProbe: alive,
    readinessProbe: ready,
    volumeMounts: [{ name: "state", mountPath: "/state" }],
  };
  await bind(
    "probed",
    [shell("rm -f state/dead; sleep 1; touch state/busy; sleep 1.5; touch state/dead; sleep 600", more)],
    {
      ...{ volumes: [{ name: "state", emptyDir: {} }], terminationGracePeriodSeconds: 1 },
    },
  );
  await untilReady("probed");
  await until(async () => {
    const pod = await read("probed");
    expect([isReady(pod), pod.status?.containerStatuses?.[0]?.restartCount]).toEqual([false, 0]);
  });
  await until(async () => expect((await stateOf("probed"))?.restartCount).toBe(1));
  expect((await stateOf("probed"))?.lastState?.terminated?.exitCode).toBe(143);
  await until(async () => expect(await eventReasons()).toContain("Unhealthy"));
});

test.runIf(process.platform === "linux")(
  "a container over its memory limit is killed as out of memory",
  async () => {
    const hungry = "x=$(head -c 120000000 /dev/zero | tr '\\0' x); sleep 600";
    await bind("hungry", [shell(hungry, { resources: { limits: { memory: "64Mi" } } })], {
      restartPolicy: "Never",
    });
    await untilPhase("hungry", "Failed");
    expect((await stateOf("hungry"))?.state?.terminated).toMatchObject({
      exitCode: 137,
      reason: "OOMKilled",
    });
  },
);

test("a container that ignores SIGTERM is killed when its grace period is over", async () => {
  await bind("deaf", [shell("trap '' TERM; echo deaf; while true; do sleep 0.1; done")], {
    terminationGracePeriodSeconds: 1,
  });
  await until(async () => expect(await askKubelet("/containerLogs/shop/deaf/c0")).toBe("deaf\n"));
  const askedAt = Date.now();
  await client.request("DELETE", `${pods}/deaf`);
  await untilGone("deaf");
  expect(Date.now() - askedAt).toBeGreaterThan(900);
});

test("after a restart of the kubelet its pods run again, with one restart more and the same address", async () => {
  await bind("lasting", [{ image: "pause" }]);
  const before = await untilReady("lasting");
  await kubelet.dispose();
  expect(isReady(await read("lasting"))).toBe(true);
  await startKubelet();
  await until(async () => expect(await stateOf("lasting")).toMatchObject({ restartCount: 1, ready: true }));
  const after = await read("lasting");
  expect(after.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 255,
    reason: "Unknown",
  });
  expect(after.status?.podIP).toBe(before.status?.podIP);
});
