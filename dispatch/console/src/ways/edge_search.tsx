// Finding a way of the network while typing, by its code or a name in either language; answered by the service.
import type { NamedEdge } from "../api/wire";
import { Combobox, type Choice } from "../parts/combobox";
import { useFound } from "../parts/searching";
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

export function EdgeSearch({ text, onChoose, ...field }: Properties) {
  const found = useFound<NamedEdge>("/api/edges", text.trim());

  const choices: EdgeChoice[] = found.items.map((edge) => ({
    key: edge.code,
    main: nameOf(edge),
    aside: `${words.value.ways.kind[edge.kind]} · ${length(edge.length_m)} · ${edge.code}`,
    edge,
  }));
  return <Combobox {...field} text={text} choices={choices} ready={found.current} onChoose={({ edge }) => onChoose(edge, nameOf(edge))} />;
}
