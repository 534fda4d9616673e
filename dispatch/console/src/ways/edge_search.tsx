// Finding a way of the network while typing, by its code or a name in either language; answered by the service.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { read } from "../api/client";
import type { NamedEdge } from "../api/wire";
import { Combobox, type Choice } from "../parts/combobox";
import { length } from "../trade/writing";
import { nameOf, words } from "../words/language";

interface Properties {
  label: string;
  hint: string;
  text: string;
  onText: (text: string) => void;
  onChoose: (edge: NamedEdge, text: string) => void;
}

interface EdgeChoice extends Choice {
  readonly edge: NamedEdge;
}

const REST_MS = 150;

export function EdgeSearch({ text, onChoose, ...field }: Properties) {
  const found = useSignal<{ query: string | null; items: readonly NamedEdge[] }>({ query: null, items: [] });
  const query = text.trim();

  useEffect(() => {
    if (found.peek().query === query) return;
    const asked = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await read<{ items: NamedEdge[] }>(`/api/edges?q=${encodeURIComponent(query)}`, asked.signal);
        found.value = { query, items: answer.items };
      } catch {
        // No list is offered; another word asks again.
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [query]);

  const choices: EdgeChoice[] = found.value.items.map((edge) => ({
    key: edge.code,
    main: nameOf(edge),
    aside: `${words.value.ways.kind[edge.kind]} · ${length(edge.length_m)} · ${edge.code}`,
    edge,
  }));
  return <Combobox {...field} text={text} choices={choices} ready={found.value.query === query} onChoose={({ edge }) => onChoose(edge, nameOf(edge))} />;
}
