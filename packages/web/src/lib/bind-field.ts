import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";

export interface FieldProps<TValue> {
  value: TValue;
  onChange(value: TValue): void;
  error?: ReactNode;
}

/** Connects a field component of ours (value in, value out) to a form, typed. */
export function bindField<TValues extends object, TKey extends keyof TValues & string>(
  form: UseFormReturnType<TValues>,
  key: TKey,
): FieldProps<TValues[TKey]> {
  const { onChange, error } = form.getInputProps(key);
  return { value: form.values[key], onChange, error };
}
