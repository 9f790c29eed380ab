import { sql } from "kysely";
import type { AuthServer, TokenVerifier, Viewer } from "../../core/authentication.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { ChangeBus, Database } from "../../core/ports.ts";
import { RecentKeys } from "./recent-keys.ts";

export interface SessionServiceOptions {
  verifier: TokenVerifier;
  authServer: AuthServer;
  database: Database;
  changes: ChangeBus;
  log: Log;
  clock?: Clock;
  /** How often a session is looked up at the auth server, at most. */
  checkEveryMs?: number;
}

const maxRemembered = 20_000;

/** Who a token belongs to, and whether that session still lives. */
export class SessionService {
  private readonly knownUsers = new RecentKeys(maxRemembered);
  private readonly checks = new RecentKeys(maxRemembered);
  private readonly clock: Clock;

  constructor(private readonly options: SessionServiceOptions) {
    this.clock = options.clock ?? systemClock;
  }

  /** The token's viewer, with a user row; throws UNAUTHENTICATED for a token or session that has ended. */
  async authenticate(accessToken: string): Promise<Viewer> {
    const viewer = await this.options.verifier.verify(accessToken);
    if (await this.isRevoked(viewer.sessionId))
      throw new AppError("UNAUTHENTICATED", "This session has ended.");
    await this.ensureUser(viewer);
    this.checkSometimes(viewer);
    return viewer;
  }

  /** Ends the session here for good, closes its sockets on every replica, and tells the auth server. */
  async signOut(viewer: Viewer): Promise<void> {
    await this.revoke(viewer);
    await this.options.authServer.signOut(viewer.accessToken).catch((error: Error) => {
      this.options.log.warn({ error: error.message }, "the auth server was not told of a sign-out");
    });
  }

  /** Asks the auth server in the background, once in a while, whether the session ended elsewhere. */
  checkSometimes(viewer: Viewer): void {
    const nowMs = this.clock.now().getTime();
    const { checkEveryMs = 60_000, log } = this.options;
    if (!this.checks.touch(viewer.sessionId, nowMs, checkEveryMs)) return;
    this.check(viewer).catch((error: Error) => log.warn({ error: error.message }, "a session check failed"));
  }

  private async check(viewer: Viewer): Promise<void> {
    // An expired token is refused there as well, which says nothing about its session.
    const isAnswerUsable = () => this.clock.now() < viewer.expiresAt;
    const state = await this.options.authServer.findSessionState(viewer.accessToken);
    if (state === "ended" && isAnswerUsable()) await this.revoke(viewer);
  }

  private async revoke({ sessionId, userId }: Viewer): Promise<void> {
    await sql`select platform.revoke_session(${sessionId}, ${userId})`.execute(this.options.database);
    this.options.changes.publish(`session:${sessionId}`);
  }

  /** Whether the session was ended here or was found to have ended. */
  async isRevoked(sessionId: string): Promise<boolean> {
    const { rows } = await sql<{ revoked: boolean }>`
      select platform.session_is_revoked(${sessionId}) as revoked`.execute(this.options.database);
    return rows[0]?.revoked ?? true;
  }

  private async ensureUser({ userId, email }: Viewer): Promise<void> {
    const key = `${userId} ${email}`;
    if (this.knownUsers.has(key)) return;
    await sql`select platform.ensure_viewer(${userId}, ${email})`.execute(this.options.database);
    this.knownUsers.touch(key, 0, 0);
  }
}
