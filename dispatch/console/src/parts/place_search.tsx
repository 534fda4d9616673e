// Finding a place while typing: Chinese, English, pinyin or initials, answered by the service.
import type { PlaceCandidate } from "../api/wire";
import { nameOf, words } from "../words/language";
import { Combobox, type Choice } from "./combobox";
import { useFound } from "./searching";

interface Properties {
  label: string;
  hint: string;
  text: string;
  kind?: PlaceCandidate["kind"];
  /** Whether the words may be kept as they are, when none of the places is meant. */
  wordsToo?: boolean;
  autoFocus?: boolean;
  onText: (text: string) => void;
  onChoose: (candidate: PlaceCandidate) => void;
}

interface PlaceChoice extends Choice {
  readonly candidate: PlaceCandidate | null;
}

export function PlaceSearch({ kind, wordsToo, text, onText, onChoose, ...field }: Properties) {
  const query = text.trim();
  const found = useFound<PlaceCandidate>("/api/places", query === "" ? null : query);

  const choices: PlaceChoice[] = found.items
    .filter((candidate) => kind === undefined || candidate.kind === kind)
    .map((candidate) => ({
      key: `${candidate.kind} ${candidate.code}`,
      main: nameOf(candidate),
      aside: placeAside(candidate),
      candidate,
    }));
  if (wordsToo && query !== "") {
    choices.push({ key: "words", main: words.value.call.placeWords(query), candidate: null });
  }
  return (
    <Combobox
      {...field}
      text={text}
      choices={choices}
      ready={found.current}
      onText={onText}
      onChoose={({ candidate }) => candidate && onChoose(candidate)}
    />
  );
}

/** What tells one candidate from another of nearly the same name: kind, code, height, cell. */
export function placeAside(candidate: PlaceCandidate): string {
  const say = words.value.locate;
  const height = candidate.elevation_m === null ? [] : [say.elevation(Math.round(candidate.elevation_m))];
  return [say.kind[candidate.kind], candidate.code, ...height].join(" · ");
}
