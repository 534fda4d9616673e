// What the reader can switch off on the map, kept on the device.
import { effect, signal, type Signal } from "@preact/signals";

export const GROUPS = ["coverage", "cells", "ways", "routes", "units", "posts", "callPoints", "places"] as const;

export type Group = (typeof GROUPS)[number];

export type Shown = Readonly<Record<Group, boolean>>;

const ALL = Object.fromEntries(GROUPS.map((group) => [group, true])) as Shown;

const KEPT = "map-layers";

/** What is shown: everything unless switched off; the choice outlives the page. */
export function shownGroups(): Signal<Shown> {
  const shown = signal<Shown>({ ...ALL, ...kept() });
  effect(() => keep(shown.value));
  return shown;
}

function kept(): Partial<Shown> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Shown>;
  } catch {
    return {};
  }
}

function keep(shown: Shown): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(shown));
  } catch {
    // A browser that keeps nothing shows what was chosen until the page is left.
  }
}
