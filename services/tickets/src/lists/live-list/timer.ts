/** Rings once at an instant, or somewhat earlier; gives what takes it back. */
export type Alarm = (at: Date, ring: () => void) => () => void;

/** No timer can be set further ahead than some weeks. */
const LONGEST_MS = 3_600_000;

export const alarm: Alarm = (at, ring) => {
  const timer = setTimeout(
    ring,
    Math.min(Math.max(at.getTime() - Date.now(), 1), LONGEST_MS),
  ).unref();
  return () => clearTimeout(timer);
};
