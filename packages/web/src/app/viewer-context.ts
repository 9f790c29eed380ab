import { useOutletContext } from "react-router";
import type { ViewerQuery } from "../generated/graphql.ts";

export type Viewer = ViewerQuery["viewer"];

/** The signed-in person; for pages inside the shell, which has loaded it. */
export function useShellViewer(): Viewer {
  return useOutletContext<Viewer>();
}
