// What things are called on screen when part of them is not known.
import type { Departure, Named, Place, Unit } from "../api/wire";
import { nameOf, words } from "../words/language";
import { age, listed } from "./writing";

export function typeName(type: Named | null): string {
  return type === null ? words.value.incident.noType : nameOf(type);
}

/** The name of a place, else the caller's words, else its coordinates. */
export function placeName(place: Place | null): string {
  const say = words.value;
  if (place === null) return say.notLocatedShort;
  const name = nameOf({ name_zh: place.name_zh ?? "", name_en: place.name_en ?? "" });
  const called = name || (place.words === null ? "" : quoted(place.words)) || coordinates(place);
  if (called === "") return say.notLocatedShort;
  return place.outside_area ? `${called} · ${say.incident.outside}` : called;
}

/** `110.43500, 29.31800`: longitude first, as everywhere in the service. */
export function coordinates(place: Place): string {
  return place.point === null ? "" : `${place.point.lon.toFixed(5)}, ${place.point.lat.toFixed(5)}`;
}

/** Where a target comes from, as the service names it: its run card, the cell, or the area's default. */
export function targetSource(source: string): string {
  const say = words.value.incident.source;
  const [kind = "", ...rest] = source.split(/[ :]+/);
  const of = rest.join(" ");
  if (kind === "run_card") return say.runCard(of);
  if (kind === "cell") return say.cell(of);
  if (kind === "area") return say.area;
  return source;
}

export function skillName(code: string): string {
  const names: Readonly<Record<string, string>> = words.value.skill;
  return names[code] ?? code;
}

export function vehicleName(vehicle: string): string {
  const names: Readonly<Record<string, string>> = words.value.unit.vehicle;
  return names[vehicle] ?? vehicle;
}

/** Where a unit is believed to be: at its post, or from whom that is known and how old it is. */
export function positionWords({ position }: Pick<Unit, "position">, now_ms: number): string {
  const say = words.value.unit;
  if (position === null) return say.noPosition;
  if (position.source === "post") return say.atPost;
  return say.positionAge(say.source[position.source], age((now_ms - Date.parse(position.at)) / 1000));
}

/** Skills with how many hold them; what the unit carries counts once, though it serves all of them. */
export function skillsList(capabilities: Readonly<Record<string, number>>): string {
  const names = Object.entries(capabilities).map(([code, n]) => (n > 1 && !KIT.has(code) ? `${skillName(code)}×${n}` : skillName(code)));
  return listed(names);
}

const KIT: ReadonlySet<string> = new Set(["AED", "STRETCHER", "THROW"]);

function quoted(said: string): string {
  return `“${said}”`;
}

/** Who went by word of mouth: a squad by its name, a unit by its code, others as they were named. */
export function departureName({ squad, code, name }: Departure): string {
  return squad === null ? (code ?? name ?? "") : nameOf(squad);
}
