// The part of the page that is the map: it is loaded when the rest is there, and where it cannot be drawn the page says so.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ComponentType } from "preact";
import { cellStanding } from "../trade/coverage_words";
import { nameOf, words } from "../words/language";
import { CoverageBar } from "./coverage_bar";
import type { Desk } from "./desk";

type View = ComponentType<{ desk: Desk }>;

type Fate = "loading" | "no_webgl" | "not_loaded" | { readonly view: View };

export function MapPart({ desk }: { desk: Desk }) {
  const fate = useSignal<Fate>("loading");
  const load = () => {
    fate.value = "loading";
    void loaded().then((found) => (fate.value = found));
  };
  useEffect(load, []);
  return (
    <div class="map-part" role="region" aria-label={words.value.map.title}>
      <div class="map-room">
        {typeof fate.value === "object" ? <fate.value.view desk={desk} /> : <WithoutMap desk={desk} fate={fate.value} onRetry={load} />}
      </div>
      <CoverageBar desk={desk} />
    </div>
  );
}

async function loaded(): Promise<Fate> {
  if (!drawsMaps()) return "no_webgl";
  try {
    return { view: (await import("../map/view")).MapView };
  } catch {
    return "not_loaded";
  }
}

/** Whether the browser can draw the map; asked before half a megabyte is fetched for nothing. */
function drawsMaps(): boolean {
  const drawing = document.createElement("canvas").getContext("webgl2");
  drawing?.getExtension("WEBGL_lose_context")?.loseContext();
  return drawing !== null;
}

function WithoutMap({ desk, fate, onRetry }: { desk: Desk; fate: Exclude<Fate, object>; onRetry: () => void }) {
  const say = words.value;
  if (fate === "loading") return <p class="hint">{say.map.loading}</p>;
  return (
    <div class="no-map">
      <p role="status">
        <span aria-hidden="true">▲ </span>
        {fate === "no_webgl" ? say.map.noWebgl : say.map.notLoaded}
        {fate === "not_loaded" && (
          <button type="button" onClick={onRetry}>
            {say.retry}
          </button>
        )}
      </p>
      <Holes desk={desk} />
    </div>
  );
}

/** What the map would show of the coverage, as a list: the cells that are not reached in time. */
function Holes({ desk }: { desk: Desk }) {
  const cells = desk.picture.ground.cells.value;
  const holes = desk.picture.cells.value.filter(({ state, lost }) => lost || state === "outside" || state === "nobody");
  if (holes.length === 0) return null;
  return (
    <>
      <h2>{words.value.map.holes(holes.length)}</h2>
      <ul class="holes">
        {holes.map((face) => {
          const cell = cells.get(face.code);
          return (
            <li key={face.code} class={face.lost ? "lost" : undefined}>
              {cell === undefined ? face.code : nameOf(cell)} <span class="quiet-text">{cellStanding(face)}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
