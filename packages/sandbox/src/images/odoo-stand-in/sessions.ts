import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { OdooDatabase, OdooUser } from "./database.ts";
import { verifyPassword } from "./passlib.ts";

/** Who is signed in, told by a signed cookie: it ends when the password or the database's secret changes. */
export interface Sessions {
  signIn(login: string, password: string): Promise<{ user: OdooUser; cookie: string } | undefined>;
  findUser(request: IncomingMessage): Promise<OdooUser | undefined>;
}

export const endedCookie = "session_id=; Path=/; HttpOnly; Max-Age=0";

export function makeSessions(database: OdooDatabase): Sessions {
  const sign = async (user: OdooUser): Promise<string> => {
    const secret = (await database.getParameter("database.secret")) ?? "";
    return createHmac("sha256", secret).update(`${user.id}.${user.login}.${user.passwordHash}`).digest("hex");
  };
  return {
    async signIn(login, password) {
      const user = await database.findUser({ login });
      if (!user || !(await verifyPassword(password, user.passwordHash))) return undefined;
      const token = `${user.id}.${await sign(user)}`;
      return { user, cookie: `session_id=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800` };
    },
    async findUser(request) {
      const [, id, signature = ""] =
        /(?:^|;\s*)session_id=(\d+)\.([0-9a-f]{64})/.exec(request.headers.cookie ?? "") ?? [];
      const user = id ? await database.findUser({ id: Number(id) }) : undefined;
      if (!user) return undefined;
      return timingSafeEqual(Buffer.from(await sign(user)), Buffer.from(signature)) ? user : undefined;
    },
  };
}
