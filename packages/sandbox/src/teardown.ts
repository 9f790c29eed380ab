type Dispose = () => unknown;

/** Remembers a part so that it is ended with the others. */
export type Keep = <T extends { dispose: Dispose }>(part: T) => T;

/** Ends parts in the reverse order of their start; one that fails does not keep the others from ending. */
export function makeTeardown() {
  const disposers: Dispose[] = [];
  const keep: Keep = (part) => {
    disposers.push(() => part.dispose());
    return part;
  };
  const dispose = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let next = disposers.pop(); next; next = disposers.pop()) {
      try {
        await next();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "Some parts of the sandbox did not end well");
  };
  return { keep, dispose };
}
