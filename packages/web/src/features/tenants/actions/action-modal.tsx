import type { ReactNode } from "react";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { restartTenant, rotateDatabaseCredentials, stopTenant } from "../api/lifecycle.ts";
import { DeleteTenantModal } from "../components/delete-tenant-modal.tsx";
import type { ActionKind } from "./action-words.ts";
import { ChangePlanModal } from "./change-plan-modal.tsx";
import { ConfirmModal } from "./confirm-modal.tsx";
import { ResetPasswordModal } from "./reset-password-modal.tsx";

interface ActionModalProps {
  kind: ActionKind;
  tenant: {
    id: string;
    slug: string;
    name: string;
    adminEmail: string;
    plan: { code: string; name: string };
  };
  onClose(): void;
  renderPlanField(props: FieldProps<string>): ReactNode;
}

/** What must be known or confirmed before an action. */
export function ActionModal({ kind, tenant, onClose, renderPlanField }: ActionModalProps) {
  const shared = { tenantId: tenant.id, onClose };
  switch (kind) {
    case "STOP":
      return (
        <ConfirmModal {...shared} document={stopTenant} title={`Stop ${tenant.name}?`} verb="Stop">
          Nobody can reach it while it is stopped. Its data stays, and it can be started again at any time.
        </ConfirmModal>
      );
    case "RESTART":
      return (
        <ConfirmModal {...shared} document={restartTenant} title={`Restart ${tenant.name}?`} verb="Restart">
          Its processes are replaced: for some seconds nobody can work in it. Nobody is signed out.
        </ConfirmModal>
      );
    case "ROTATE_CREDENTIALS":
      return (
        <ConfirmModal
          {...shared}
          document={rotateDatabaseCredentials}
          title="Renew the database credentials?"
          verb="Renew"
        >
          Odoo gets another password for its database and is restarted once. Your own passwords stay as they
          are.
        </ConfirmModal>
      );
    case "RESET_PASSWORD":
      return <ResetPasswordModal {...shared} adminEmail={tenant.adminEmail} />;
    case "CHANGE_PLAN":
      return <ChangePlanModal {...shared} plan={tenant.plan} renderPlanField={renderPlanField} />;
    case "DELETE":
      return <DeleteTenantModal id={tenant.id} slug={tenant.slug} onClose={onClose} />;
    case "START":
      return null;
  }
}
