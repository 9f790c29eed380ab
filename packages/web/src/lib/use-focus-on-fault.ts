import { useCallback, useEffect, useRef, useState } from "react";

/** `focusFault` leads to the form's first faulty field, once the faults are on the page. */
export function useFocusOnFault() {
  const formRef = useRef<HTMLFormElement>(null);
  const [faultyAttempts, setFaultyAttempts] = useState(0);
  useEffect(() => {
    if (faultyAttempts === 0) return;
    formRef.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faultyAttempts]);
  const focusFault = useCallback(() => setFaultyAttempts((before) => before + 1), []);
  return { formRef, focusFault };
}
