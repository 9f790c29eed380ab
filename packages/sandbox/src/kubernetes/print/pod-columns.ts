import { type Fields, fieldsIn, type KubeObject, listIn, textIn, valueAt } from "../object.ts";
import type { Column } from "./columns.ts";
import { formatAge } from "./format-age.ts";

const statuses = (pod: KubeObject, list = "containerStatuses") => listIn(valueAt(pod, `status.${list}`));

function reasonOf(status: Fields): string | undefined {
  const { waiting, terminated } = fieldsIn(status.state) as { waiting?: Fields; terminated?: Fields };
  if (waiting?.reason) return String(waiting.reason);
  if (!terminated) return undefined;
  return (
    textIn(terminated.reason) ||
    (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`)
  );
}

function initReason(pod: KubeObject): string | undefined {
  const list = statuses(pod, "initContainerStatuses");
  const total = listIn(valueAt(pod, "spec.initContainers")).length;
  const index = list.findIndex((status) => valueAt(status, "state.terminated.exitCode") !== 0);
  if (index < 0) return undefined;
  const reason = reasonOf(list[index]!);
  return reason && reason !== "PodInitializing" ? `Init:${reason}` : `Init:${index}/${total}`;
}

function statusText(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp) return "Terminating";
  const phase = textIn(valueAt(pod, "status.reason")) ?? textIn(valueAt(pod, "status.phase")) ?? "Unknown";
  const init = initReason(pod);
  if (init) return init;
  const reason = statuses(pod)
    .map(reasonOf)
    .findLast((each) => each !== undefined);
  const isRunning = statuses(pod).some((status) => status.ready === true && fieldsIn(status.state).running);
  return reason === "Completed" && isRunning ? "Running" : (reason ?? phase);
}

const readyText = (pod: KubeObject) =>
  `${statuses(pod).filter((status) => status.ready === true).length}/${listIn(valueAt(pod, "spec.containers")).length}`;

function restartsText(pod: KubeObject, nowMs: number): string {
  const count = statuses(pod).reduce((sum, status) => sum + Number(status.restartCount ?? 0), 0);
  const last = statuses(pod)
    .map((status) => textIn(valueAt(status, "lastState.terminated.finishedAt")))
    .filter(Boolean)
    .sort()
    .at(-1);
  return count && last ? `${count} (${formatAge(last, nowMs)} ago)` : String(count);
}

/** A pod's columns, as `kubectl get pods -o wide` shows them. */
export const podColumns: Column[] = [
  ["Ready", readyText],
  ["Status", statusText],
  ["Restarts", restartsText],
  ["Age", (pod, nowMs) => formatAge(pod.metadata.creationTimestamp, nowMs)],
  ["IP", (pod) => valueAt(pod, "status.podIP") ?? "<none>", 1],
  ["Node", (pod) => valueAt(pod, "spec.nodeName") ?? "<none>", 1],
];
