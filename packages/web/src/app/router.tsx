import { createBrowserRouter, redirect } from "react-router";
import type { AuthClient } from "../lib/session/auth-client.ts";
import { completeCallback } from "../lib/session/callback-link.ts";
import { RequireSession } from "./require-session.tsx";
import { RequireVisitor } from "./require-visitor.tsx";
import { AuthCallbackPage } from "./routes/auth-callback-page.tsx";
import { CheckMailPage } from "./routes/check-mail-page.tsx";
import { ForgotPasswordPage } from "./routes/forgot-password-page.tsx";
import { LandingPage } from "./routes/landing-page.tsx";
import { NotFoundPage } from "./routes/not-found-page.tsx";
import { ResetPasswordPage } from "./routes/reset-password-page.tsx";
import { RouteErrorPage } from "./routes/route-error-page.tsx";
import { SignInPage } from "./routes/sign-in-page.tsx";
import { SignUpPage } from "./routes/sign-up-page.tsx";
import { TermsPage } from "./routes/terms-page.tsx";

export type AppRouter = ReturnType<typeof makeRouter>;

/** All addresses of the application; the pages behind the sign-in are loaded when they are needed. */
export function makeRouter(auth: AuthClient) {
  return createBrowserRouter([
    {
      ErrorBoundary: RouteErrorPage,
      HydrateFallback: NothingYet,
      children: [
        { index: true, Component: LandingPage },
        { path: "terms", Component: TermsPage },
        { path: "check-mail", Component: CheckMailPage },
        {
          path: "auth/callback",
          Component: AuthCallbackPage,
          loader: async () => {
            const outcome = await completeCallback(auth, new URL(location.href));
            return "path" in outcome ? redirect(outcome.path) : outcome;
          },
        },
        {
          Component: RequireVisitor,
          children: [
            { path: "sign-in", Component: SignInPage },
            { path: "sign-up", Component: SignUpPage },
            { path: "forgot-password", Component: ForgotPasswordPage },
          ],
        },
        {
          Component: RequireSession,
          children: [
            { path: "reset-password", Component: ResetPasswordPage },
            { lazy: () => import("./shell.tsx"), children: shellRoutes },
          ],
        },
        { path: "*", Component: NotFoundPage },
      ],
    },
  ]);
}

/** While the first page is being loaded. */
function NothingYet() {
  return null;
}

const shellRoutes = [
  { path: "dashboard", lazy: () => import("./routes/dashboard-page.tsx") },
  { path: "instances/new", lazy: () => import("./routes/new-instance-page.tsx") },
  { path: "instances/:id", lazy: () => import("./routes/instance-page.tsx") },
  { path: "instances/:id/isolation", lazy: () => import("./routes/isolation-page.tsx") },
  { path: "admin/isolation", lazy: () => import("./routes/fleet-isolation-page.tsx") },
  { path: "admin/instances", lazy: () => import("./routes/all-instances-page.tsx") },
  { path: "admin/pools", lazy: () => import("./routes/pools-page.tsx") },
  { path: "admin/drift", lazy: () => import("./routes/healing-page.tsx") },
];
