import { expect, test } from "vitest";
import { findForeignFields } from "./foreign-fields.ts";

const of = (...managedFields: object[]) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", managedFields },
});
const container = (fields: object) => ({
  "f:template": { "f:spec": { "f:containers": { 'k:{"name":"shop"}': fields } } },
});
const ours = {
  manager: "saas-kit",
  operation: "Apply",
  fieldsV1: { "f:spec": { "f:replicas": {}, ...container({ "f:image": {} }) } },
};

test("a container, a variable and a setting that somebody added are told, each with who it was", () => {
  const added = {
    "f:template": {
      "f:spec": {
        "f:hostNetwork": {},
        "f:containers": {
          'k:{"name":"sidecar"}': { ".": {}, "f:name": {}, "f:image": {} },
          'k:{"name":"shop"}': { "f:env": { 'k:{"name":"DEBUG"}': { ".": {}, "f:value": {} } } },
        },
      },
    },
  };
  const edit = { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:spec": added } };
  expect(findForeignFields(of(ours, edit))).toEqual([
    {
      manager: "kubectl-edit",
      paths: [
        "spec.template.spec.hostNetwork",
        "spec.template.spec.containers[sidecar]",
        "spec.template.spec.containers[shop].env[DEBUG]",
      ],
    },
  ]);
});

test("what Kubernetes completes, what is a status, a label or ours as well is nobody's intrusion", () => {
  const entries = [
    { manager: "kube-controller-manager", fieldsV1: { "f:spec": { "f:clusterIP": {} } } },
    { manager: "metrics", subresource: "status", fieldsV1: { "f:status": {} } },
    { manager: "kubectl-label", fieldsV1: { "f:metadata": { "f:labels": { "f:team": {} } } } },
    { manager: "another", fieldsV1: { "f:spec": container({ "f:image": {} }) } },
  ];
  expect(findForeignFields(of(ours, ...entries))).toEqual([]);
  expect(findForeignFields(of())).toEqual([]);
});
