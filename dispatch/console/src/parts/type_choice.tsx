// Choosing what happened from the area's incident types, by name in either language or by code.
import { useSignal } from "@preact/signals";
import type { IncidentType } from "../api/wire";
import { nameOf, words } from "../words/language";
import { Combobox } from "./combobox";

interface Properties {
  types: readonly IncidentType[];
  chosen: string | null;
  autoFocus?: boolean;
  onChoose: (code: string | null) => void;
  /** What was typed when no type of the list is meant. */
  onWords?: (words: string) => void;
}

export function TypeChoice({ types, chosen, autoFocus, onChoose, onWords }: Properties) {
  const typed = useSignal("");
  const current = types.find(({ code }) => code === chosen);
  const text = current === undefined ? typed.value : nameOf(current);
  const sought = current === undefined ? typed.value.trim().toLowerCase() : "";
  const choices = types
    .filter((type) => [type.code, type.name_zh, type.name_en].some((name) => name.toLowerCase().includes(sought)))
    .map((type) => ({ key: type.code, main: nameOf(type), aside: `${type.priority} · ${type.code}` }));
  return (
    <Combobox
      label={words.value.call.what}
      hint={words.value.call.whatHint}
      text={text}
      choices={choices}
      ready
      {...(autoFocus ? { autoFocus } : {})}
      onText={(entered) => {
        typed.value = entered;
        onChoose(null);
        onWords?.(entered);
      }}
      onChoose={({ key }) => onChoose(key)}
    />
  );
}
