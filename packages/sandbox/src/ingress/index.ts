import { type ApiClientOptions, makeApiClient } from "../client/api-client.ts";
import { silentLog } from "../client/log.ts";
import { type IngressController, makeIngressController } from "./ingress-controller.ts";

export interface IngressOptions {
  /** The API server and the user whose Ingresses are followed. */
  access: Pick<ApiClientOptions, "server" | "caPem" | "token">;
  /** The address to listen on. */
  host: string;
  /** 0 means any free port. */
  port: number;
  /** Ingresses of this class are served, and those of no class. */
  ingressClass: string;
}

/** The ingress controller alone, in this process, for a cluster that runs elsewhere. */
export async function startIngress({ access, ...options }: IngressOptions): Promise<IngressController> {
  const client = makeApiClient({ ...access, userAgent: "ingress" });
  const controller = await makeIngressController({ ...options, client, log: silentLog }).catch(
    async (error: unknown) => {
      await client.dispose();
      throw error;
    },
  );
  return {
    port: controller.port,
    async dispose() {
      await controller.dispose();
      await client.dispose();
    },
  };
}
