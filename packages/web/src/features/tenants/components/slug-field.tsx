import { Loader, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconAlertCircle, IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { describeError } from "../../../lib/api/describe-error.ts";
import type { FieldProps } from "../../../lib/bind-field.ts";
import { usePlatform } from "../../../lib/session/session-context.ts";
import { useSlugAvailability } from "../api/slug-availability.ts";
import { findSlugProblem, normalizeSlug } from "../slug-hint.ts";

const askAfterMs = 300;

/** The subdomain, checked live: the whole address, and whether it is free. */
export function SlugField({ value, onChange, error }: FieldProps<string>) {
  const { config } = usePlatform();
  const verdict = useSlugVerdict(value);
  const isFree = verdict?.kind === "free";
  const problem = error ?? (verdict?.kind === "problem" ? verdict.message : undefined);
  const address = config.tenantUrlPattern.replace("{slug}", value || "name").replace(/^https?:\/\//, "");
  return (
    <TextInput
      label="Subdomain"
      description={`Your instance will live at ${address}`}
      value={value}
      onChange={(event) => onChange(normalizeSlug(event.currentTarget.value))}
      error={problem}
      rightSection={<VerdictSign kind={verdict?.kind} />}
      inputWrapperOrder={["label", "description", "input", "error"]}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      inputContainer={(input) => (
        <>
          {input}
          <Text size="xs" c="teal" mt={5} role="status" mih={problem ? 0 : 18}>
            {isFree ? `${verdict.hostname} is free.` : ""}
          </Text>
        </>
      )}
    />
  );
}

type Verdict = { kind: "asking" } | { kind: "free"; hostname: string } | { kind: "problem"; message: string };

function useSlugVerdict(slug: string): Verdict | undefined {
  const [settled] = useDebouncedValue(slug, askAfterMs);
  const [hasTyped, setHasTyped] = useState(false);
  useEffect(() => {
    if (slug !== "") setHasTyped(true);
  }, [slug]);
  const hint = findSlugProblem(slug);
  const { data, error } = useSlugAvailability(hint === undefined && settled === slug ? slug : undefined);

  if (!hasTyped) return undefined;
  if (hint !== undefined) return settled === slug ? { kind: "problem", message: hint } : undefined;
  if (error) return { kind: "problem", message: describeError(error) };
  const answer = data?.slugAvailability;
  if (settled !== slug || answer?.slug !== slug) return { kind: "asking" };
  return answer.isAvailable
    ? { kind: "free", hostname: answer.hostname }
    : { kind: "problem", message: answer.message };
}

function VerdictSign({ kind }: { kind: Verdict["kind"] | undefined }) {
  if (kind === "asking") return <Loader size={16} aria-label="Checking" />;
  if (kind === "free") return <IconCircleCheck size={18} color="var(--mantine-color-teal-6)" aria-hidden />;
  if (kind === "problem") return <IconAlertCircle size={18} color="var(--mantine-color-error)" aria-hidden />;
  return null;
}
