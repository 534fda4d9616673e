// Saying where: a place by search, a call point's code, or a point with its datum chosen; or that it is not known yet.
import type { Signal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { DatumName, Location, Point } from "../api/wire";
import { PlaceSearch } from "../parts/place_search";
import { nameOf, words } from "../words/language";
import type { Picture } from "./picture";

export type Way = "place" | "call_point" | "point" | "unknown";

/** What has been entered so far; `location` is what a chosen candidate stands for, null while only words are there. */
export interface GivenPlace {
  readonly way: Way;
  readonly words: string;
  readonly location: Location | null;
  readonly callPoint: string;
  readonly lon: string;
  readonly lat: string;
  readonly datum: DatumName | "";
  readonly accuracy: string;
}

export function emptyPlace(): GivenPlace {
  return { way: "place", words: "", location: null, callPoint: "", lon: "", lat: "", datum: "", accuracy: "" };
}

/** The location to send; null while nothing usable has been given. */
export function locationOf(given: GivenPlace): Location | null {
  switch (given.way) {
    case "place":
      return given.location ?? (given.words.trim() === "" ? null : { place: given.words.trim() });
    case "call_point":
      return given.callPoint.trim() === "" ? null : { call_point: given.callPoint.trim() };
    case "point":
      return pointOf(given);
    case "unknown":
      return null;
  }
}

/** Whether a point has been begun but cannot be sent: a number or the datum is missing. */
export function isHalfPoint(given: GivenPlace): boolean {
  return given.way === "point" && pointOf(given) === null && [given.lon, given.lat, given.datum].some((each) => each !== "");
}

function pointOf({ lon, lat, datum, accuracy }: GivenPlace): Location | null {
  const [x, y, r] = [Number(lon), Number(lat), Number(accuracy)];
  if (datum === "" || lon.trim() === "" || lat.trim() === "" || Number.isNaN(x) || Number.isNaN(y)) return null;
  return { point: { lon: x, lat: y, datum, ...(accuracy.trim() === "" || Number.isNaN(r) ? {} : { accuracy_m: r }) } };
}

/** A point of the map, which is in WGS-84, as a person would have typed it. */
export function pointed({ lon, lat }: Point): Partial<GivenPlace> {
  return { way: "point", lon: lon.toFixed(6), lat: lat.toFixed(6), datum: "WGS84", accuracy: "" };
}

/** The point to mark on the map; one in another datum lies elsewhere, and only the service converts it. */
export function draftOf(given: GivenPlace): Point | null {
  const point = given.way === "point" ? pointOf(given)?.point : null;
  return point == null || (point.datum !== "WGS84" && point.datum !== "CGCS2000") ? null : { lon: point.lon, lat: point.lat };
}

const DATUMS: readonly (readonly [DatumName, string])[] = [
  ["GCJ02", "GCJ-02"],
  ["WGS84", "WGS-84"],
  ["CGCS2000", "CGCS2000"],
  ["BD09", "BD-09"],
];

interface Properties {
  picture: Picture;
  given: Signal<GivenPlace>;
  unknownToo?: boolean;
}

export function LocationChoice({ picture, given, unknownToo }: Properties) {
  const say = words.value.call;
  useEffect(() => picture.takePoint((point) => (given.value = { ...given.value, ...pointed(point) })), []);
  useEffect(() => picture.showDraft(draftOf(given.value)), [given.value]);
  const names: Readonly<Record<Way, string>> = {
    place: say.wherePlace,
    call_point: say.whereCallPoint,
    point: say.wherePoint,
    unknown: say.whereUnknown,
  };
  const ways: readonly Way[] = unknownToo ? ["place", "call_point", "point", "unknown"] : ["place", "call_point", "point"];
  const put = (change: Partial<GivenPlace>) => (given.value = { ...given.value, ...change });
  return (
    <fieldset class="location">
      <legend>{say.where}</legend>
      <div class="switch" role="group" aria-label={say.where}>
        {ways.map((way) => (
          <button type="button" key={way} aria-pressed={given.value.way === way} onClick={() => put({ way })}>
            {names[way]}
          </button>
        ))}
      </div>
      {given.value.way === "place" && <PlaceEntry given={given.value} put={put} />}
      {given.value.way === "call_point" && <CallPointEntry given={given.value} put={put} />}
      {given.value.way === "point" && <PointEntry given={given.value} put={put} />}
    </fieldset>
  );
}

interface EntryProperties {
  given: GivenPlace;
  put: (change: Partial<GivenPlace>) => void;
}

function PlaceEntry({ given, put }: EntryProperties) {
  const say = words.value.call;
  return (
    <PlaceSearch
      label={say.wherePlace}
      hint={say.placeHint}
      text={given.words}
      wordsToo
      onText={(text) => put({ words: text, location: null })}
      onChoose={(candidate) => put({ words: nameOf(candidate), location: candidate.location as Location })}
    />
  );
}

function CallPointEntry({ given, put }: EntryProperties) {
  const say = words.value.call;
  return (
    <PlaceSearch
      label={say.whereCallPoint}
      hint={say.callPointHint}
      kind="call_point"
      text={given.callPoint}
      onText={(text) => put({ callPoint: text })}
      onChoose={(candidate) => put({ callPoint: candidate.code })}
    />
  );
}

function PointEntry({ given, put }: EntryProperties) {
  const say = words.value.call;
  const id = useId();
  return (
    <div class="point">
      <label for={`${id}-lon`}>{say.lon}</label>
      <input id={`${id}-lon`} inputMode="decimal" placeholder="110.43500" value={given.lon} onInput={(event) => put({ lon: event.currentTarget.value })} />
      <label for={`${id}-lat`}>{say.lat}</label>
      <input id={`${id}-lat`} inputMode="decimal" placeholder="29.31800" value={given.lat} onInput={(event) => put({ lat: event.currentTarget.value })} />
      <label for={`${id}-datum`}>{say.datum}</label>
      <select id={`${id}-datum`} value={given.datum} onChange={(event) => put({ datum: event.currentTarget.value as DatumName })}>
        <option value="">{say.chooseDatum}</option>
        {DATUMS.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      <label for={`${id}-accuracy`}>{say.accuracy}</label>
      <input id={`${id}-accuracy`} inputMode="numeric" placeholder={words.value.optional} value={given.accuracy} onInput={(event) => put({ accuracy: event.currentTarget.value })} />
      <p class="quiet-text">{say.datumHint}</p>
    </div>
  );
}
