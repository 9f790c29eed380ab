import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export interface ServingCertificate {
  certPem: string;
  keyPem: string;
}

const yearMs = 365 * 24 * 60 * 60 * 1_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Makes a self-signed certificate for a node, as a kubelet without one from its cluster does. */
export async function makeServingCertificate(nodeName: string, address: string): Promise<ServingCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${nodeName}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 10 * yearMs),
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: nodeName },
        { type: "ip", value: address },
      ]),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    certPem: certificate.toString("pem"),
    keyPem: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, "$1\n")}\n-----END PRIVATE KEY-----\n`,
  };
}
