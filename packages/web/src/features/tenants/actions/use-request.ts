import type { TypedDocumentNode } from "@apollo/client";
import { useMutation } from "@apollo/client/react";
import { useRef, useState } from "react";
import { describeError } from "../../../lib/api/describe-error.ts";
import { makeIdempotencyKey } from "../../../lib/idempotency-key.ts";

interface Answer {
  payload: { userErrors: readonly { message: string }[] };
}

interface KeyedInput {
  idempotencyKey?: string | null | undefined;
}

/** A mutation whose one field is called `payload`. */
export type RequestDocument<TInput extends KeyedInput, TAnswer extends Answer = Answer> = TypedDocumentNode<
  TAnswer,
  { input: TInput }
>;

/** Sends one request, once, whatever the network does; what it answers is shown where it was asked. */
export function useRequest<TInput extends KeyedInput, TAnswer extends Answer>(
  document: RequestDocument<TInput, TAnswer>,
  on: { accepted?: () => void; refused?: (message: string) => void },
) {
  const [mutate] = useMutation<Answer>(document as unknown as RequestDocument<KeyedInput>);
  const key = useRef(makeIdempotencyKey());
  const [isBusy, setIsBusy] = useState(false);
  const [errorMessage, setErrorMessage] = useState<string>();

  const refuse = (message: string) => {
    setErrorMessage(message);
    on.refused?.(message);
  };
  const send = async (input: Omit<TInput, "idempotencyKey">) => {
    setIsBusy(true);
    setErrorMessage(undefined);
    try {
      const { data } = await mutate({ variables: { input: { ...input, idempotencyKey: key.current } } });
      key.current = makeIdempotencyKey(); // the answer is final: what is sent next is another request
      const problem = data?.payload.userErrors[0];
      if (problem) refuse(problem.message);
      else on.accepted?.();
    } catch (error) {
      refuse(describeError(error));
    } finally {
      setIsBusy(false);
    }
  };
  return { send, isBusy, errorMessage };
}
