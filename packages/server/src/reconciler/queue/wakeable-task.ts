/** A task that runs when it is woken, never twice at once, and once more when it is woken while it runs. */
export function makeWakeableTask(run: () => Promise<void>, onError: (error: Error) => void): () => void {
  let isRunning = false;
  let isWakePending = false;
  const runWhileWoken = async () => {
    while (isWakePending) {
      isWakePending = false;
      await run().catch(onError);
    }
    isRunning = false;
  };
  return () => {
    isWakePending = true;
    if (isRunning) return;
    isRunning = true;
    void runWhileWoken();
  };
}
