/** A moment as Kubernetes writes it: UTC, whole seconds. */
export const toTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The other way round; something missing is the beginning of time. */
export const fromTime = (time: string | undefined | null): number => (time ? Date.parse(time) : 0);
