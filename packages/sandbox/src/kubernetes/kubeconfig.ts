/** A kubeconfig for one user, as `kubectl` and the client libraries read it. */
export function buildKubeconfig(access: { url: string; caPem: string; token: string; user: string }): string {
  const certificate = Buffer.from(access.caPem).toString("base64");
  return `apiVersion: v1
kind: Config
clusters:
- name: sandbox
  cluster:
    server: ${access.url}
    certificate-authority-data: ${certificate}
users:
- name: ${JSON.stringify(access.user)}
  user:
    token: ${access.token}
contexts:
- name: sandbox
  context:
    cluster: sandbox
    user: ${JSON.stringify(access.user)}
current-context: sandbox
`;
}
