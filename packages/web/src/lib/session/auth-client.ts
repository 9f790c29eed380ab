import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { AppConfig } from "../../config/app-config.ts";

/** The part of Supabase that this page uses. */
export type AuthClient = SupabaseClient["auth"];

/** Mail links work on any device (implicit flow); the callback route reads them, not the library. */
export function makeAuthClient(config: AppConfig): AuthClient {
  return createClient(config.supabaseUrl, config.supabaseAnonKey, {
    auth: { flowType: "implicit", detectSessionInUrl: false, storageKey: "odoo-saas-session" },
  }).auth;
}
