import { graphql } from "../../../generated/gql.ts";

/** Each answers at once with the operation; what it does is seen in the operation's timeline. */
export const startTenant = graphql(`
  mutation StartTenant($input: StartTenantInput!) {
    payload: startTenant(input: $input) { operation { id } userErrors { code field message } }
  }
`);

export const stopTenant = graphql(`
  mutation StopTenant($input: StopTenantInput!) {
    payload: stopTenant(input: $input) { operation { id } userErrors { code field message } }
  }
`);

export const restartTenant = graphql(`
  mutation RestartTenant($input: RestartTenantInput!) {
    payload: restartTenant(input: $input) { operation { id } userErrors { code field message } }
  }
`);

export const rotateDatabaseCredentials = graphql(`
  mutation RotateDatabaseCredentials($input: RotateDatabaseCredentialsInput!) {
    payload: rotateDatabaseCredentials(input: $input) { operation { id } userErrors { code field message } }
  }
`);

export const resetAdminPassword = graphql(`
  mutation ResetAdminPassword($input: ResetAdminPasswordInput!) {
    payload: resetAdminPassword(input: $input) { operation { id } userErrors { code field message } }
  }
`);

export const changeTenantPlan = graphql(`
  mutation ChangeTenantPlan($input: ChangeTenantPlanInput!) {
    payload: changeTenantPlan(input: $input) { operation { id } userErrors { code field message } }
  }
`);
