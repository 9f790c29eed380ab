import "reflect-metadata";
import { webcrypto as crypto, type webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const YEAR_MS = 365 * 24 * 3_600_000;
const SERVING_NAMES = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];

export interface Pair {
  certPem: string;
  keyPem: string;
}

const exportKey = async (key: webcrypto.CryptoKey) =>
  x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

const importKey = (pem: string) =>
  crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), ALGORITHM, true, ["sign"]);

const validity = () => ({
  notBefore: new Date(Date.now() - 3_600_000),
  notAfter: new Date(Date.now() + 10 * YEAR_MS),
});

async function makeAuthority(): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const usages =
    x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature;
  const extensions = [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(usages, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
  ];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    { name: "CN=kubernetes", keys, signingAlgorithm: ALGORITHM, extensions, ...validity() },
    crypto,
  );
  return { certPem: certificate.toString("pem"), keyPem: await exportKey(keys.privateKey) };
}

async function issue(authority: Pair, subject: { name: string; hosts: string[] }): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const issuer = new x509.X509Certificate(authority.certPem);
  const names = subject.hosts.map((host) => ({
    type: isIP(host) ? ("ip" as const) : ("dns" as const),
    value: host,
  }));
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: subject.name,
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.keyPem),
      signingAlgorithm: ALGORITHM,
      ...validity(),
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
        ...(names.length ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    },
    crypto,
  );
  return { certPem: certificate.toString("pem"), keyPem: await exportKey(keys.privateKey) };
}

async function ensurePair(dir: string, name: string, make: () => Promise<Pair>): Promise<Pair> {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  if (existsSync(certFile) && existsSync(keyFile)) {
    return { certPem: readFileSync(certFile, "utf8"), keyPem: readFileSync(keyFile, "utf8") };
  }
  const pair = await make();
  writeFileSync(certFile, pair.certPem);
  writeFileSync(keyFile, pair.keyPem, { mode: 0o600 });
  return pair;
}

/** The authority, the serving certificate and the client certificate for kubelets; made once and kept in the folder. */
export async function ensureCertificates(dir: string, host: string) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = await ensurePair(dir, "ca", makeAuthority);
  const hosts = [
    ...new Set([
      ...SERVING_NAMES,
      "127.0.0.1",
      "::1",
      ...(host === "0.0.0.0" || host === "::" ? [] : [host]),
    ]),
  ];
  const serving = await ensurePair(dir, `server-${host.replaceAll(/[^\w.]/g, "_")}`, () =>
    issue(authority, { name: "CN=kube-apiserver", hosts }),
  );
  const client = await ensurePair(dir, "kubelet-client", () =>
    issue(authority, { name: "O=system:masters, CN=kube-apiserver-kubelet-client", hosts: [] }),
  );
  return { caPem: authority.certPem, serving, client };
}
