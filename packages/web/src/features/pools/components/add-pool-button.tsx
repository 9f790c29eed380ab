import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import { useRef } from "react";
import { describeError } from "../../../lib/api/describe-error.ts";
import { makeIdempotencyKey } from "../../../lib/idempotency-key.ts";
import { useAddPool } from "../api/change-pool.ts";

/** A further pool at once, whatever the supply. */
export function AddPoolButton() {
  const key = useRef(makeIdempotencyKey());
  const [addPool, { loading }] = useAddPool();

  const add = async () => {
    try {
      const { data } = await addPool({ variables: { input: { idempotencyKey: key.current } } });
      const problem = data?.addPool.userErrors[0]?.message;
      if (problem !== undefined) throw new Error(problem);
      key.current = makeIdempotencyKey(); // the answer is final: the next click is another pool
      const name = data?.addPool.pool?.name ?? "A pool";
      notifications.show({
        color: "teal",
        title: `${name} is being made`,
        message: "It shows below as it comes up.",
      });
    } catch (error) {
      notifications.show({ color: "red", title: "No pool was added", message: describeError(error) });
    }
  };
  return (
    <Button leftSection={<IconPlus size={18} />} onClick={() => void add()} loading={loading}>
      Add a pool
    </Button>
  );
}
