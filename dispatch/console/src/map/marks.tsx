// The units and open incidents as marks above the map: buttons with a shape and a word, pinned to where they are.
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Desk } from "../operator/desk";
import { SHAPE } from "../parts/clock";
import { UNIT_SHAPE } from "../parts/marks";
import { now_ms } from "../store/now";
import type { Incident, Unit } from "../api/wire";
import { clockFace } from "../trade/clock";
import { openInOrder } from "../trade/incident";
import { placeName, positionWords, typeName } from "../trade/naming";
import { inOrder, isStale, onTheMap } from "../trade/unit";
import { age, stopwatch } from "../trade/writing";
import { words } from "../words/language";
import type { Board } from "./board";
import { crowds } from "./crowding";
import type { LonLat, Pins } from "./glide";

interface Properties {
  desk: Desk;
  board: Board;
  pins: Pins;
  zoom: Signal<number>;
  crowd: Signal<string | null>;
}

/** From here on there is room for codes; further away, what stands about free is a shape with a number. */
const ROOM_FOR_CODES = 13;
const REACH = { near: 20, far: 26 } as const;

export function Marks(properties: Properties) {
  const { desk, pins } = properties;
  const say = words.value.map;
  const asking = desk.picture.asking.value !== null;
  return (
    <div class={`map-marks ${asking ? "pass" : ""}`}>
      <UnitMarks {...properties} />
      <ul class="incident-marks" aria-label={say.incidents}>
        {openInOrder(desk.store.incidents.value.values())
          .filter(({ place }) => place?.point != null)
          .reverse()
          .map((incident) => (
            <IncidentMark key={incident.id} desk={desk} incident={incident} pins={pins} />
          ))}
      </ul>
      <Draft desk={desk} pins={pins} />
    </div>
  );
}

function Pinned({ at, pins, class: kind, children }: { at: LonLat; pins: Pins; class: string; children: ComponentChildren }) {
  const element = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => pins.pin(element.current!, at), [at[0], at[1]]);
  useLayoutEffect(() => {
    const held = element.current!;
    return () => pins.unpin(held);
  }, []);
  return (
    <li ref={element} class={`pinned ${kind}`}>
      {children}
    </li>
  );
}

// --- incidents ---

function IncidentMark({ desk, incident, pins }: { desk: Desk; incident: Incident; pins: Pins }) {
  const say = words.value;
  const { lon, lat } = incident.place!.point!;
  const face = clockFace(incident, now_ms.value);
  const chosen = desk.chosen.value === incident.id && !desk.calling.value;
  const spoken = [say.incident.number(incident.number), typeName(incident.type), incident.priority ?? "", placeName(incident.place), say.clock[clockWord(face.phase)]];
  return (
    <Pinned at={[lon, lat]} pins={pins} class={`incident-pin ${chosen ? "chosen" : ""}`}>
      <button
        type="button"
        class={`incident-mark ${face.phase} ${incident.priority ?? "P0"}`}
        aria-current={chosen ? "true" : undefined}
        aria-label={spoken.filter((each) => each !== "").join(" · ")}
        title={`${typeName(incident.type)} · ${placeName(incident.place)} · ${stopwatch(face.spent_s)}`}
        onClick={() => desk.choose(incident.id)}
      >
        <strong>{incident.priority ?? "P?"}</strong>
        <span>{incident.number}</span>
        <span class="phase">{SHAPE[face.phase]}</span>
      </button>
    </Pinned>
  );
}

function clockWord(phase: ReturnType<typeof clockFace>["phase"]) {
  if (phase === "none") return "noTarget";
  return phase === "unknown" ? "noArrival" : phase;
}

function Draft({ desk, pins }: { desk: Desk; pins: Pins }) {
  const point = desk.picture.draft.value;
  if (point === null) return null;
  return (
    <ul aria-label={words.value.map.draft}>
      <Pinned at={[point.lon, point.lat]} pins={pins} class="draft-pin">
        <span class="draft-mark" title={words.value.map.draft}>
          ✛
        </span>
      </Pinned>
    </ul>
  );
}

// --- units ---

function UnitMarks({ desk, board, pins, zoom, crowd: opened }: Properties) {
  const say = words.value.map;
  const units = onTheMap(desk.store.units.value.values());
  const important = desk.important.value;
  const far = zoom.value < ROOM_FOR_CODES;
  const quiet = units.filter((unit) => unit.state !== "busy" && !important.has(unit.id));
  const others = units.filter((unit) => !quiet.includes(unit));
  const places = quiet.map((unit) => `${unit.id} ${unit.position!.lon} ${unit.position!.lat}`).join();
  const groups = useMemo(() => {
    const spots = quiet.map(({ id, position }) => ({ id, ...board.project([position!.lon, position!.lat]) }));
    return crowds(spots, far ? REACH.far : REACH.near);
  }, [places, zoom.value, far]);
  const of = new Map(quiet.map((unit) => [unit.id, unit]));
  return (
    <ul class="unit-marks" aria-label={say.units} hidden={!desk.picture.shown.value.units}>
      {groups.map(({ at, ids }) => {
        const here = ids.flatMap((id) => of.get(id) ?? []).sort((a, b) => inOrder(a.code, b.code));
        const position = of.get(at)?.position;
        if (position == null || here.length === 0) return null;
        const point: LonLat = [position.lon, position.lat];
        if (here.length === 1) return <UnitPin key={`u ${at}`} desk={desk} unit={here[0]!} at={point} pins={pins} small={far} />;
        return (
          <Pinned key={`c ${at}`} at={point} pins={pins} class={opened.value === at ? "crowd-pin open" : "crowd-pin"}>
            <CrowdMark units={here} open={opened.value === at} onOpen={() => (opened.value = opened.value === at ? null : at)} />
            {opened.value === at && (
              <ul class="crowd-list" aria-label={say.unitsHere(here.length)}>
                {here.map((unit) => (
                  <li key={unit.id}>
                    <UnitMark desk={desk} unit={unit} listed />
                  </li>
                ))}
              </ul>
            )}
          </Pinned>
        );
      })}
      {others.map((unit) => (
        <UnitPin key={`u ${unit.id}`} desk={desk} unit={unit} at={[unit.position!.lon, unit.position!.lat]} pins={pins} />
      ))}
    </ul>
  );
}

interface UnitProperties {
  desk: Desk;
  unit: Unit;
  /** Only its shape. */
  small?: boolean;
  /** In the opened list of a crowd. Marks on the map are no stops of the keyboard, which has the list of units for that. */
  listed?: boolean;
}

function UnitPin({ at, pins, ...properties }: UnitProperties & { at: LonLat; pins: Pins }) {
  return (
    <Pinned at={at} pins={pins} class={`unit-pin ${properties.unit.state}`}>
      <UnitMark {...properties} />
    </Pinned>
  );
}

function UnitMark({ desk, unit, small = false, listed = false }: UnitProperties) {
  const say = words.value.unit;
  const chosen = desk.picture.unit.value === unit.id;
  const stale = isStale(unit, now_ms.value);
  const spoken = `${unit.code} ${say.state[unit.state]} · ${positionWords(unit, now_ms.value)}`;
  const kind = [unit.state, chosen ? "chosen" : "", stale ? "stale-position" : "", small ? "small" : ""].filter((each) => each !== "").join(" ");
  return (
    <button type="button" class={`unit-mark ${kind}`} aria-label={spoken} title={spoken} aria-pressed={chosen} tabIndex={listed ? 0 : -1} onClick={() => desk.showUnit(unit.id)}>
      <span class="shape">{UNIT_SHAPE[unit.state]}</span>
      {!small && <span>{unit.code}</span>}
      {stale && !small && <span class="age">{age((now_ms.value - Date.parse(unit.position!.at)) / 1000)}</span>}
    </button>
  );
}

function CrowdMark({ units, open, onOpen }: { units: readonly Unit[]; open: boolean; onOpen: () => void }) {
  const say = words.value;
  const free = units.filter(({ state }) => state === "free").length;
  const codes = units.map(({ code }) => code).join(" ");
  const one = units.every(({ state }) => state === units[0]!.state) ? units[0]!.state : null;
  return (
    <button
      type="button"
      class={`unit-mark crowd ${one ?? "mixed"}`} 
      tabIndex={-1}
      aria-expanded={open}
      aria-label={`${say.map.unitsHere(units.length)}: ${codes}`}
      title={codes}
      onClick={onOpen}
      onKeyDown={(event) => event.key === "Escape" && open && onOpen()}
    >
      <span class="shape">{one === null ? "◐" : UNIT_SHAPE[one]}</span>
      <span>{one === null ? `${free}/${units.length}` : units.length}</span>
    </button>
  );
}
