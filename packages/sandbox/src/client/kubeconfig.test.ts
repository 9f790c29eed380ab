import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { loadKubeconfig } from "./kubeconfig.ts";

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const writeConfig = (text: string): string => {
  const directory = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  directories.push(directory);
  writeFileSync(join(directory, "client.pem"), "CERT");
  writeFileSync(join(directory, "config"), text);
  return join(directory, "config");
};

const config = (user: string): string => `
current-context: second
contexts:
- { name: first, context: { cluster: other, user: other } }
- { name: second, context: { cluster: here, user: me } }
clusters:
- name: here
  cluster: { server: "https://127.0.0.1:6443", certificate-authority-data: ${Buffer.from("CA").toString("base64")} }
users:
- name: me
  user: ${user}
`;

test("it reads the server, the authority and a token of the current context", () => {
  const options = loadKubeconfig(writeConfig(config("{ token: secret }")));
  expect(options).toEqual({ server: "https://127.0.0.1:6443", caPem: "CA", token: "secret" });
});

test("it reads a client certificate from a file beside the kubeconfig and a key inline", () => {
  const key = Buffer.from("KEY").toString("base64");
  const options = loadKubeconfig(
    writeConfig(config(`{ client-certificate: client.pem, client-key-data: ${key} }`)),
  );
  expect(options).toMatchObject({ certPem: "CERT", keyPem: "KEY" });
});

test("it names what is missing", () => {
  expect(() => loadKubeconfig(writeConfig("current-context: nowhere"))).toThrow("no context named nowhere");
});
