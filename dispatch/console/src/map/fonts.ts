// The letters of the map's labels: an open font in pieces, served from here, each fetched when a label first needs it.
import type { MLFontFace } from "@maplibre/maplibre-gl-style-spec";
import ranges from "/node_modules/@fontsource/noto-sans-sc/unicode.json?url";

const PIECES = import.meta.glob<string>(
  [
    "/node_modules/@fontsource/noto-sans-sc/files/*-500-normal.woff2",
    "!**/noto-sans-sc-chinese-simplified-*", // all of them once more, in one piece
  ],
  { eager: true, query: "?url", import: "default" },
);

export const FONT = "Noto Sans SC";

/** Every piece with the characters it holds; without it labels would be drawn in whatever font the machine has. */
export async function fontPieces(): Promise<MLFontFace[]> {
  const answer = await fetch(ranges);
  const held = (await answer.json()) as Record<string, string>;
  return Object.entries(held).flatMap(([name, characters]) => {
    const file = PIECES[`/node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-${name.replace(/[[\]]/g, "")}-500-normal.woff2`];
    if (file === undefined) return [];
    return [{ url: new URL(file, location.href).href, "unicode-range": characters.split(",") }];
  });
}
