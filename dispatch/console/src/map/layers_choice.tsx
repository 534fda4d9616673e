// What the map shows, switched on and off by the reader.
import type { Signal } from "@preact/signals";
import { words } from "../words/language";
import { GROUPS, type Shown } from "./groups";

const LINES = ["road", "trail", "lift", "shut", "limited", "route_drive", "route_walk", "route_lift"] as const;

export function LayersChoice({ shown }: { shown: Signal<Shown> }) {
  const say = words.value.map;
  return (
    <details class="map-layers" onKeyDown={(event) => event.key === "Escape" && (event.currentTarget.open = false)}>
      <summary>{say.layers}</summary>
      <fieldset>
        <legend class="unseen">{say.layers}</legend>
        {GROUPS.map((group) => (
          <label key={group}>
            <input type="checkbox" checked={shown.value[group]} onChange={(event) => (shown.value = { ...shown.value, [group]: event.currentTarget.checked })} />
            {say.group[group]}
          </label>
        ))}
      </fieldset>
      <ul class="map-legend">
        {LINES.map((line) => (
          <li key={line}>
            <span class={`line-swatch ${line}`} aria-hidden="true" /> {say.legend[line]}
          </li>
        ))}
      </ul>
    </details>
  );
}
