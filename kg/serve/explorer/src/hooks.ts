import { useEffect, useState } from "preact/hooks";
import { type Answer, ask, fetched } from "./sparql";

export interface Loaded<T> {
  data?: T;
  error?: Error;
}

/** What `load` gives for a key, and nothing of an earlier key. */
export function useLoaded<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { key?: string | null }>({});
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    load(stop.signal).then(
      (data) => stop.signal.aborted || setLoaded({ key, data }),
      (error: Error) => stop.signal.aborted || setLoaded({ key, error }),
    );
    return () => stop.abort();
  }, [key]);
  return loaded.key === key ? loaded : {};
}

export const useAnswer = (query: string | null): Loaded<Answer> => useLoaded(query, (signal) => ask(query ?? "", signal));

export function useJson<T>(path: string | null): Loaded<T> {
  return useLoaded(path, async (signal) => (await fetched(path ?? "", { signal })).json() as Promise<T>);
}

/** A value that follows another when it has rested. */
export function useRested<T>(value: T, milliseconds: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · paperkg` : "paperkg";
  }, [title]);
}
