// Asking the service while somebody types: once the fingers rest, and not for what is outdated.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { read } from "../api/client";

const REST_MS = 150;

interface Found<Item> {
  readonly items: readonly Item[];
  /** Whether the items are those of what stands there now. */
  readonly current: boolean;
}

/** What `path` with `?q=` answers for the words; nothing is asked for a null. */
export function useFound<Item>(path: string, query: string | null): Found<Item> {
  const found = useSignal<{ query: string | null; items: readonly Item[] }>({ query: null, items: [] });

  useEffect(() => {
    if (query === null || found.peek().query === query) return;
    const asked = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await read<{ items: Item[] }>(`${path}?q=${encodeURIComponent(query)}`, asked.signal);
        found.value = { query, items: answer.items };
      } catch {
        // No list is offered; other words ask again, and an answer to these words will hold the candidates.
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [path, query]);

  return { items: found.value.items, current: query !== null && found.value.query === query };
}
