// Both languages are complete: the same strings, each in its own language, all of them used, and none in the code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "../src/words/en";
import * as shadow from "../src/words/shadow";
import { zh } from "../src/words/zh";

type Leaf = string | ((...values: never[]) => string);

const HAN = /[\u4e00-\u9fff]/;

/** Strings that are the same in any language, or say the other language's name in that language. */
const NOT_TRANSLATED: ReadonlySet<string> = new Set([
  "otherLanguage",
  "clock.elapsed",
  "unit.positionAge",
  "assignment.kind.incident",
  "leg.comma",
  "radio.done",
  "leg.stop",
]);

/** Groups whose members are chosen by a word of the wire: the code names the group, not each member. */
const BY_WIRE = /^(role|turn|skill|logIn\.ended|report\.channel|timeline\.(step|channel)|alarm\.(what|todo|secondChannel)|outlook\.state|queue\.reason|link\.likeness|evacuation\.wish|moveUp\.(since|steps)|assignment\.because|assignment\.(state|step|time|kind)|incident\.(state|outcome)|unit\.(state|source|filter|vehicle)|locate\.kind|leg|act|committee\.coverage|ways\.(kind|mode|direction|layer)|crew\.sharing\.state|map\.(group|legend|cellState)|shadow\.(mode|means|switchTo|changes|verdict))\./;

function leaves(node: unknown, path = ""): [string, Leaf][] {
  if (typeof node === "string" || typeof node === "function") return [[path, node as Leaf]];
  return Object.entries(node as object).flatMap(([key, child]) => leaves(child, path === "" ? key : `${path}.${key}`));
}

function said(leaf: Leaf): string {
  return typeof leaf === "string" ? leaf : leaf(...(Array.from({ length: leaf.length }, (_, n) => n + 2) as never[]));
}

function sources(folder = join(import.meta.dirname, "../src")): [string, string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "words" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [[path, readFileSync(path, "utf8")]] : [];
  });
}

const chinese = new Map(leaves({ ...zh, shadow: shadow.zh }));
const english = new Map(leaves({ ...en, shadow: shadow.en }));

describe("the catalogues", () => {
  it("hold the same strings in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("take the same values for each string", () => {
    for (const [key, leaf] of chinese) {
      const other = english.get(key);
      expect(typeof other, key).toBe(typeof leaf);
      if (typeof leaf === "function") expect((other as () => string).length, key).toBe(leaf.length);
    }
  });

  it("say everything in Chinese in Chinese, and nothing in Chinese in English", () => {
    for (const [key, leaf] of chinese) if (!NOT_TRANSLATED.has(key)) expect(said(leaf), key).toMatch(HAN);
    for (const [key, leaf] of english) if (!NOT_TRANSLATED.has(key)) expect(said(leaf), key).not.toMatch(HAN);
  });

  it("say nothing in an empty string", () => {
    for (const [key, leaf] of [...chinese, ...english]) {
      if (key !== "assignment.kind.incident") expect(said(leaf).trim(), key).not.toBe("");
    }
  });

  it("write Chinese with Chinese punctuation", () => {
    for (const [key, leaf] of chinese) expect(said(leaf), key).not.toMatch(/[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]/);
  });

  it("hold no string that no page says", () => {
    const code = sources()
      .map(([, text]) => text)
      .join("\n");
    const unused = [...chinese.keys()].filter((key) => !BY_WIRE.test(`${key}.`) && !BY_WIRE.test(key) && !mentions(code, key));
    expect(unused).toEqual([]);
  });
});

describe("the code", () => {
  it("holds no Chinese outside the catalogue", () => {
    for (const [path, text] of sources()) expect(withoutComments(text), path).not.toMatch(HAN);
  });

  it("holds no English sentence between tags or in what is read out", () => {
    for (const [path, text] of sources()) {
      if (!path.endsWith(".tsx")) continue;
      const spoken = [...withoutComments(text).matchAll(/<\/?[a-zA-Z][^<>{}]*>\s*([A-Za-z][A-Za-z ,.]{3,})\s*<|(?:aria-label|placeholder|title)="([^"]+)"/g)];
      const found = spoken.map((match) => match[1] ?? match[2]).filter((words) => /[A-Za-z]/.test(words ?? "") && !STANDARDS.has((words ?? "").trim()));
      expect(found, path).toEqual([]);
    }
  });
});

/** Names of standards are the same in every language. */
const STANDARDS: ReadonlySet<string> = new Set(["WGS-84"]);

/** Whether the code reads the key: by its last part after something that can hold its group. */
function mentions(code: string, key: string): boolean {
  const last = key.split(".").filter((part) => !/^\d+$/.test(part)).at(-1)!;
  return new RegExp(`\\.${last}\\b|\\b${last}\\b\\s*[,}:]`).test(code);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
